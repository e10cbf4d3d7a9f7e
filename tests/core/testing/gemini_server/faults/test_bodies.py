import json
import zlib

from cgb.testing.gemini_server.faults import bodies
from cgb.testing.gemini_server.faults.events import Frame


def frame(text, **more):
    return Frame({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, **more}]})


GOOD = [frame("abc"), frame("def"), frame("", finishReason="STOP")]


def test_a_streamed_frame():
    assert bodies.streamed(Frame({"a": 1})) == b'data: {"a": 1}\r\n\r\n'


def test_the_one_body():
    (candidate,) = json.loads(bodies.json_of(GOOD))["candidates"]
    assert (candidate["content"]["parts"], candidate["finishReason"]) == ([{"text": "abcdef"}], "STOP")


def test_what_some_frames_say_of_it():
    assert bodies.common(GOOD, GOOD[:1]).endswith(b'"text": "abc')
    assert bodies.json_of(GOOD).startswith(bodies.common(GOOD, GOOD[:1]))
    assert bodies.common(GOOD, []) == b""


def test_each_compressed_piece_can_be_read_at_once():
    pieces = bodies.coded([b"one", b"two"])
    stream = zlib.decompressobj(wbits=31)
    assert [stream.decompress(piece) for piece in pieces] == [b"one", b"two", b""]
    assert stream.eof
    assert bodies.gzipped().values == {"Content-Encoding": "gzip"}
