"""In whatever pieces a secret comes, it does not go out; whatever is none, does, as soon as that is certain."""

import re
from collections.abc import Iterator, Sequence

import cgb_redact
import pytest
from cgb_redact import Reader, Redact, Secret
from hypothesis import given, settings
from hypothesis import strategies as st

from cgb import Event, Target, Usage
from cgb.config import Config
from cgb.messages import Writer
from cgb.testing import Asked, ScriptedTransport, ask, plugin_of

KEY = "AIza" + "k" * 35
PLUGIN = plugin_of(cgb_redact, "redact")
# Short ones, one of which begins as another ends, so that hypothesis meets every case.
SECRETS = (
    Secret(begins="ab", alphabet="a-c", least=2, most=4),
    Secret(begins="b", alphabet="c", least=1, most=1),
    Secret(begins="a", alphabet="abc ", least=6, most=8),
)
WHOLE = re.compile("|".join(secret.whole for secret in SECRETS))
pieces = st.lists(st.text("abc d", max_size=8), max_size=12)


def read(pieces: Sequence[str]) -> str:
    reader = Reader(SECRETS, "#")
    return "".join([*map(reader.read, pieces), reader.end()])


@given(pieces)
def test_any_cutting_gives_what_the_whole_text_gives(pieces: list[str]) -> None:
    assert read(pieces) == WHOLE.sub("#", "".join(pieces))


@given(st.text("abc d", max_size=60))
def test_no_more_is_held_back_than_the_longest_secret_and_nothing_that_cannot_be_one(text: str) -> None:
    reader = Reader(SECRETS, "#")
    longest = max(len(secret.begins) + secret.most for secret in SECRETS)
    for character in text:
        reader.read(character)
        assert len(reader.held) < longest
        assert not reader.held or any(re.fullmatch(secret.beginning, reader.held) for secret in SECRETS)


@pytest.mark.parametrize("text", ["", "plain words", "risk-averse people ask", "AIza is how they begin"])
def test_ordinary_words_stay(text: str) -> None:
    reader = Reader(Redact().secrets, Redact().mark)
    assert reader.read(text + ".") == text + "."
    assert reader.end() == ""


@pytest.mark.parametrize(
    "secret",
    [KEY, "sk-" + "ant-" + "x" * 40, "ghp_" + "y" * 36, "AKIA" + "Z" * 16, "eyJ" + "h" * 20 + ".eyJ" + "p" * 20 + ".s"],
)
def test_the_usual_secrets_are_known(secret: str) -> None:
    reader = Reader(Redact().secrets, Redact().mark)
    assert "".join([*map(reader.read, f"It is {secret}, or so."), reader.end()]) == "It is [redacted], or so."


def answer(thinking: Sequence[str], text: Sequence[str], argument: str = "") -> Iterator[Event]:
    """An answer in these pieces, which calls a tool with this argument."""
    writer = Writer("claude-opus-5-5")
    yield from writer.start()
    for piece in thinking:
        yield from writer.thinking(piece)
    if thinking:
        yield from writer.signature("signed")
    for piece in text:
        yield from writer.text(piece)
    yield from writer.tool("toolu_1", "Bash", {"command": argument})
    yield from writer.finish("tool_use", Usage(output_tokens=1))


def asked(events: Iterator[Event], target: Target | None = None) -> Asked:
    request = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    return ask(request, [ScriptedTransport(events, target=target), PLUGIN])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6))
def test_through_the_pipeline_any_cutting_gives_the_same_message(cuts: list[int]) -> None:
    words = f"The key is {KEY}; keep it."
    ends = sorted(cuts)
    cut = [words[start:end] for start, end in zip([0, *ends], [*ends, None], strict=True)]
    message = asked(answer(cut, cut, KEY)).message
    shown = [block.get("thinking") or block.get("text") for block in message.content[:2]]
    assert shown == ["The key is [redacted]; keep it."] * 2
    # A call is not for reading: with another argument it would do something else.
    assert message.content[2].get("input") == {"command": KEY}


@pytest.mark.parametrize(
    ("thought", "native", "signature"),
    [(KEY, True, ""), (KEY, False, "signed"), ("Well.", True, "signed")],
)
def test_a_signature_goes_only_where_it_would_vouch_for_other_words(thought: str, native: bool, signature: str) -> None:  # noqa: FBT001
    message = asked(answer([thought], ["Yes."]), Target(native=native)).message
    assert message.content[0].get("signature") == signature


def test_what_was_found_is_noted_but_not_told() -> None:
    found = asked(answer((), [KEY, " and ", KEY]))
    assert [(note.kind, note.text) for note in found.notes] == [("redacted", "2 secrets in what the model said")]


def test_the_secrets_are_a_setting() -> None:
    own = {"begins": "badge ", "alphabet": "0-9", "least": 4, "most": 4}
    config = Config(options={"plugin.redact.secrets": [own], "plugin.redact.mark": "***"})
    transport = ScriptedTransport(f"It is badge 1234 and {KEY}.")
    found = ask("Who?", [transport, PLUGIN], config)
    assert found.message.content[0].get("text") == f"It is *** and {KEY}."
