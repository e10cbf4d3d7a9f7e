"""The program is a real one: Python, told what to do."""

import asyncio
import os
import sys
from contextlib import aclosing
from pathlib import Path

import cgb_command
import pytest
from cgb_command import Command, Program, said_last

from cgb import ApiError, Context, MessagesRequest, Route, TextDelta, Timeout, UnusableAnswer, UpstreamFailed
from cgb.config import Config
from cgb.testing import Asked, ask, plugin_of, request_of

ECHO = "import sys; print(sys.stdin.read().upper(), end='')"


def program(code: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *arguments)


def answered(code: str, words: str = "Is anybody there?", silence_s: float = 30) -> Asked:
    options = {"plugin.command.program": program(code), "plugin.command.silence_s": silence_s}
    raw = {"model": "claude-command", "max_tokens": 9, "messages": [{"role": "user", "content": words}]}
    return ask(raw, [plugin_of(cgb_command, "command")], Config(options=options))


@pytest.mark.parametrize("words", ["Is anybody there?", "ü 🙂 \u2028", "x" * 200_000])
def test_what_the_program_prints_is_the_answer(words: str) -> None:
    found = answered(ECHO, words)
    assert [block.get("text") for block in found.message.content] == [words.upper()]
    assert found.message.stop_reason == "end_turn"
    assert found.message.usage.input_tokens > 0


def test_what_it_prints_first_comes_before_it_ends(tmp_path: Path) -> None:
    """The answer is streamed: the program waits until its first words have been read."""
    go = tmp_path / "go"
    code = """import os, sys, time
print("One", flush=True)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
print("Two")"""

    async def pieces() -> list[str]:
        said = []
        request = request_of("Count.")
        transport = Program(Command(program=program(code, str(go))))
        async with aclosing(transport.send(request, Route("command", "x"), Context(request))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    said.append(event.text)
                    go.touch()
        return said

    assert "".join(asyncio.run(pieces())).split() == ["One", "Two"]


def test_a_character_in_two_pieces_is_one() -> None:
    code = """import sys, time
for byte in "🙂".encode():
    sys.stdout.buffer.write(bytes([byte]))
    sys.stdout.flush()
    time.sleep(0.01)"""
    assert answered(code).message.content[0].get("text") == "🙂"


@pytest.mark.parametrize(
    ("code", "silence_s", "error", "says"),
    [
        ("", 30, UnusableAnswer, "printed nothing"),
        ("import sys; sys.exit('no such table')", 30, UpstreamFailed, "ended with status 1: no such table"),
        ("print('Half', flush=True); raise SystemExit(3)", 30, UpstreamFailed, "ended with status 3"),
        ("import time; time.sleep(60)", 0.05, Timeout, r"printed nothing for 0\.05 s"),
    ],
)
def test_a_failure_is_told_and_never_a_made_up_end(
    code: str, silence_s: float, error: type[ApiError], says: str
) -> None:
    with pytest.raises(error, match=says):
        answered(code, silence_s=silence_s)


def test_a_client_that_leaves_ends_the_program() -> None:
    code = "import os, sys, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)"

    async def leave() -> int:
        request = request_of("Wait.")
        events = Program(Command(program=program(code))).send(request, Route("command", "x"), Context(request))
        async with aclosing(events):
            async for event in events:
                if isinstance(event, TextDelta):
                    return int(event.text)
        raise AssertionError("it said nothing")

    number = asyncio.run(leave())
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_program_that_is_not_there_is_found_missing_before_and_told_after() -> None:
    settings = Command(program=("no-such-program",))
    (finding,) = Program(settings).missing()
    assert not finding.ok
    assert "plugin.command.program" in finding.fix
    request = request_of("Hi")

    async def send() -> None:
        async with aclosing(Program(settings).send(request, Route("command", "x"), Context(request))) as events:
            await anext(events)

    with pytest.raises(UpstreamFailed, match="does not start: No such file"):
        asyncio.run(send())


def test_it_is_a_model_to_pick_and_its_tokens_are_estimated() -> None:
    transport = Program(Command(program=program(ECHO)))
    assert transport.missing() == ()
    assert [str(model.route) for model in transport.models()] == [f"command/{sys.executable}"]
    request = request_of("four words of text")
    assert asyncio.run(transport.count_tokens(request, Route("command", "x"), Context(request))) > 1


def test_the_words_are_those_said_last() -> None:
    text = {"type": "text", "text": "Sort this"}
    image = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    turns = [
        {"role": "user", "content": "First"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": [image, text, text]},
        {"role": "system", "content": []},
    ]
    request = MessagesRequest.model_validate({"model": "m", "messages": turns})
    assert said_last(request) == "Sort this\nSort this"
    assert said_last(request.with_(messages=request.messages[-1:])) == ""
