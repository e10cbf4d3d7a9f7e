import json

from cgb.testing.gemini_server import writers
from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.faults import FAULTS, Fault
from cgb.testing.gemini_server.faults.events import Raw


def test_an_error_before_anything_was_sent():
    error = GoogleError(503, "Busy.")
    response = writers.error_response(error)
    assert (response.status, json.loads(response.body)) == (503, error.body())
    assert json.loads(writers.error_response(error, in_array=True).body) == [error.body()]


def test_a_stream_is_framed_as_the_service_does(client):
    client.gemini.reply({"text": "ä<"})
    answer = client.stream({}, "gemini-2.5-pro")
    assert answer.text.startswith('data: {"candidates": [{"content": {"parts": [{"text": "ä\\u003c"}],"role": "model"}')
    assert answer.text.endswith("}\r\n\r\n")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert client.gemini.calls[0].finished_at is not None


def test_an_empty_array(client):
    client.gemini.reply({"text": "x", "fault": {"kind": "eof", "after": 0}})
    body = {"contents": [{"parts": [{"text": "x"}]}]}
    assert client.post("streamGenerateContent", body).json == []


def test_bytes_as_they_are(client, monkeypatch):
    def odd(good, options):
        return [Raw(b"<html>"), *good]

    monkeypatch.setitem(FAULTS, "odd", Fault("odd", "odd bytes", "nobody", odd))
    client.gemini.reply(*[{"text": "x", "fault": {"kind": "odd"}}] * 2)
    assert client.stream({}).text.startswith("<html>data: ")
    assert client.generate({}).text.startswith('{\n  "candidates"')
