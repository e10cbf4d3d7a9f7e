"""What is recorded comes back as it was, and no secret is on the tape."""

from collections.abc import Iterator
from pathlib import Path

import cgb_tape
import pytest
from cgb_tape import joined, line
from hypothesis import given, settings
from hypothesis import strategies as st

from cgb import ApiError, Event, NotFound, Overloaded, RateLimited, TextDelta, Usage
from cgb.config import Config
from cgb.messages import Writer
from cgb.testing import Asked, ScriptedTransport, ask, plugin_of

KEY = "AIza" + "k" * 35
SIGNATURE = "Ea" + "sk-" + "b" * 300
"""As long as real ones are, and in the middle like a key."""
PLACES = 3
"""Where an answer has its words: in its thinking, its text and a tool's arguments."""
TOKEN = "sk-" + "ant-" + "t" * 40
ASK = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": f"Use {KEY}."}]}


def asked(folder: Path, transport: ScriptedTransport, *, replay: bool = False, **changes: object) -> Asked:
    config = Config(options={"plugin.tape.folder": str(folder), "plugin.tape.replay": replay})
    return ask({**ASK, **changes}, [transport, plugin_of(cgb_tape, "tape")], config)


def replayed(folder: Path, **changes: object) -> Asked:
    return asked(folder, ScriptedTransport(), replay=True, **changes)


def answer(*pieces: str) -> Iterator[Event]:
    writer = Writer("claude-opus-5-5", Usage(input_tokens=7))
    yield from writer.start()
    for piece in pieces:
        yield from writer.thinking(piece)
    yield from writer.signature(SIGNATURE)
    for piece in pieces:
        yield from writer.text(piece)
    yield from writer.tool("toolu_1", "Bash", {"command": "".join(pieces)})
    yield from writer.finish("tool_use", Usage(input_tokens=7, output_tokens=5))


def test_an_answer_is_replayed_without_a_network(tmp_path: Path) -> None:
    first = asked(tmp_path, ScriptedTransport(answer("One", " and ", "two")))
    again = replayed(tmp_path)
    assert again.message == first.message
    assert [event.text for event in again.events if isinstance(event, TextDelta)] == ["One and two"]


def test_the_same_question_by_another_client_is_the_same(tmp_path: Path) -> None:
    system = [{"type": "text", "text": "Be brief."}]
    billing = {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.330; cch=1;"}
    first = asked(
        tmp_path, ScriptedTransport("Yes."), system=[billing, *system], metadata={"user_id": "me"}, stream=True
    )
    other = [{"role": "user", "content": "Use AIza" + "x" * 35 + "."}]
    assert replayed(tmp_path, system=system, messages=other).message == first.message


def test_another_question_was_not_recorded(tmp_path: Path) -> None:
    asked(tmp_path, ScriptedTransport("Yes."))
    with pytest.raises(NotFound, match="was not recorded"):
        replayed(tmp_path, max_tokens=10)


@pytest.mark.parametrize("said", [(), (*answer("One"),)[:-3]])
def test_a_failure_is_replayed_too_at_its_place(tmp_path: Path, said: tuple[Event, ...]) -> None:
    with pytest.raises(ApiError):
        asked(tmp_path, ScriptedTransport([*said, RateLimited("Not so fast.")]))
    with pytest.raises(ApiError, match="Not so fast") as caught:
        replayed(tmp_path)
    assert (caught.value.status, caught.value.type) == (429, "rate_limit_error")
    assert next(tmp_path.iterdir()).read_bytes().count(b"\n") == 2 + len(said)


def test_the_same_question_again_is_recorded_anew(tmp_path: Path) -> None:
    with pytest.raises(Overloaded):
        asked(tmp_path, ScriptedTransport(Overloaded("No room.")))
    asked(tmp_path, ScriptedTransport("Now there is."))
    assert replayed(tmp_path).message.content[0].get("text") == "Now there is."


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6))
def test_no_secret_is_on_the_tape_in_whatever_pieces_it_came(cuts: list[int]) -> None:
    words = f"export A=\n{TOKEN}\n"
    ends = sorted(cuts)
    pieces = [words[start:end] for start, end in zip([0, *ends], [*ends, None], strict=True)]
    tape = b"".join(map(line, joined(answer(*pieces)))).decode()
    assert TOKEN not in tape
    assert tape.count("export A=") == tape.count("[removed]") == PLACES
    assert SIGNATURE in tape


def test_nor_what_the_question_says(tmp_path: Path) -> None:
    asked(tmp_path, ScriptedTransport(answer(TOKEN)), metadata={"user_id": "me"})
    tape = next(tmp_path.iterdir()).read_text()
    assert [secret for secret in (KEY, TOKEN, "user_id") if secret in tape] == []
    call = replayed(tmp_path).message.content[-1]
    assert call.get("input") == {"command": "[removed]"}


@pytest.mark.parametrize(
    "text",
    [
        "Bearer " + "t" * 30,
        "ghp_" + "g" * 36,
        "AKIA" + "Z" * 16,
        "eyJ" + "h" * 20 + ".eyJ" + "p" * 20,
        "xoxb-" + "1" * 12,
    ],
)
def test_the_usual_secrets_are_known(tmp_path: Path, text: str) -> None:
    asked(tmp_path, ScriptedTransport(f"It is {text}, or so."))
    shown = replayed(tmp_path).message.content[0].get("text")
    assert shown in {"It is [removed], or so.", "It is Bearer [removed], or so."}


def test_a_tape_that_cannot_be_written_breaks_no_answer(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.touch()
    found = asked(taken, ScriptedTransport("Yes."))
    assert [note.kind for note in found.notes] == ["not_recorded"]
    assert found.message.content[0].get("text") == "Yes."
