import asyncio

import orjson
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import (
    ContentBlockStart,
    Grammar,
    MessageStart,
    Splice,
    ToolUseBlock,
    Usage,
    Writer,
    block_of,
    events_of,
    new_id,
)
from cgb.sse import PING, decode, encode
from cgb.testing import assert_stream
from cgb.testing.strategies import cuttings, events, flat_blocks, json_values, messages, texts, usages

_members = st.dictionaries(st.sampled_from(["signature", "more"]), json_values(), max_size=1)
sayings = st.lists(
    st.one_of(
        st.tuples(st.just("text"), texts(), st.just({}) | st.dictionaries(st.just("more"), json_values(), max_size=1)),
        st.tuples(st.just("thinking"), texts()),
        st.tuples(st.just("signature"), texts(min_size=1)),
        st.tuples(st.just("tool"), texts(), json_values(), _members),
        st.tuples(st.just("block"), flat_blocks()),
    ),
    max_size=8,
)
"""What a model may say to a Writer, one call after the other."""


def unique_ids(message):
    """The message with tool_use ids that no other call has, as every transport must make them."""
    content = [
        block.with_(id=new_id("toolu")) if isinstance(block, ToolUseBlock) else block for block in message.content
    ]
    return message.with_(content=tuple(content))


@given(messages().map(unique_ids))
def test_a_message_as_events_is_a_message_again(message):
    again = assert_stream(events_of(message))
    assert again.to_wire() == rendered(message)


def rendered(message):
    """A message's JSON; thinking always has a signature once it was streamed, and tools an input."""
    wire = message.to_wire()
    for block in wire["content"]:
        if block["type"] == "thinking":
            block.setdefault("signature", "")
        elif block["type"] in {"tool_use", "server_tool_use"}:
            block.setdefault("input", None)
    return wire


async def decoded(chunks):
    async def feed():
        for chunk in chunks:
            yield chunk

    return [event async for event in decode(feed())]


@given(st.lists(events(), max_size=5), st.data())
def test_encode_and_decode_is_the_identity_however_the_bytes_are_cut(said, data):
    separator = data.draw(st.sampled_from([b"", PING, b": comment\n\n"]))
    body = separator.join([b"", *map(encode, said)])
    if data.draw(st.booleans()):
        body = body.replace(b"\n", b"\r\n")
    assert asyncio.run(decoded(data.draw(cuttings(body)))) == said


def speak(writer, said):
    """Say all of it; the events."""
    spoken = []
    for what, *words in said:
        match what, words:
            case "text", [text, more]:
                spoken += writer.text(text, **more)
            case "tool", [name, arguments, more]:
                spoken += writer.tool(new_id("toolu"), name, arguments, **more)
            case "block", [raw]:
                spoken += writer.block(raw if raw["type"] != "tool_use" else {**raw, "id": new_id("toolu")})
            case _:
                spoken += getattr(writer, what)(*words)
    return spoken


def meant(said):
    """What was said, block by block, as the writer's rules have it."""
    content, tail = [], ""
    for what, *words in said:
        match what, words:
            case "text", [text, more]:
                if tail != "text" or more:
                    content.append({"type": "text", "text": "", **more})
                content[-1]["text"] += text
            case "thinking", [text]:
                if tail != "thinking" or content[-1]["signature"]:
                    content.append({"type": "thinking", "thinking": "", "signature": ""})
                content[-1]["thinking"] += text
            case "signature", [signature]:
                if tail != "thinking" or content[-1]["signature"]:
                    content.append({"type": "thinking", "thinking": "", "signature": ""})
                content[-1]["signature"] = signature
            case "tool", [name, arguments, more]:
                content.append(
                    {"type": "tool_use", "name": name, "input": {} if arguments is None else arguments, **more}
                )
            case "block", [raw]:
                content.append({**raw})
        tail = {"signature": "thinking", "text": "text", "thinking": "thinking"}.get(what, "")
    return content


@given(sayings, usages())
def test_whatever_is_said_the_writer_writes_an_answer_that_says_it(said, usage):
    writer = Writer("claude-x")
    message = assert_stream([*writer.start(), *speak(writer, said), *writer.finish("end_turn", usage)])
    assert (message.model, message.usage) == ("claude-x", usage)
    content = [block.to_wire() for block in message.content]
    expected = [block_of({"id": "", **one} if one["type"] == "tool_use" else one).to_wire() for one in meant(said)]
    for block in content + expected:
        if block["type"] == "tool_use":
            del block["id"]
    assert content == expected


@given(sayings)
def test_the_writer_starts_blocks_empty_and_writes_json(said):
    writer = Writer("m")
    for event in speak(writer, [one for one in said if one[0] != "block"]):
        assert orjson.loads(encode(event).split(b"data: ", 1)[1])
        if isinstance(event, ContentBlockStart):
            assert not any(event.content_block.get(member) for member in ("text", "thinking", "input"))


@given(sayings, st.data())
def test_a_stream_cut_anywhere_is_a_beginning_of_an_answer(said, data):
    writer = Writer("m")
    whole = [*writer.start(), *speak(writer, said), *writer.finish("end_turn", Usage())]
    grammar = Grammar()
    for event in whole[: data.draw(st.integers(0, len(whole)))]:
        grammar.read(event)


@given(st.lists(st.tuples(sayings, usages(), usages()), min_size=1, max_size=4), st.data())
def test_attempts_cut_anywhere_and_spliced_are_one_answer(attempts, data):
    splice, spliced, spent, blocks = Splice(), [], Usage(), 0
    for place, (said, at_start, at_end) in enumerate(attempts):
        writer = Writer("m", at_start)
        whole = [*writer.start(), *speak(writer, said), *writer.finish("end_turn", at_end)]
        is_last = place == len(attempts) - 1
        kept = whole if is_last else whole[: data.draw(st.integers(0, len(whole) - 1))]
        spliced += [out for event in kept for out in splice.read(event)]
        blocks += sum(isinstance(event, ContentBlockStart) for event in kept)
        if not is_last:
            spliced += splice.again()
            spent += at_start if kept else Usage()
            if len(kept) == len(whole) - 1:  # it told its usage before it was given up
                spent += billed(at_start, at_end) + negative(at_start)
        else:
            spent += billed(at_start, at_end)
    message = assert_stream(spliced)
    assert len(message.content) == blocks
    assert message.usage.input_tokens == (spent.input_tokens or started(spliced).input_tokens)
    assert message.usage.output_tokens == (spent.output_tokens or started(spliced).output_tokens)


def started(spliced):
    return next(event for event in spliced if isinstance(event, MessageStart)).message.usage


def billed(at_start, at_end):
    """A figure of 0 at the end says nothing."""
    return Usage(**{name: getattr(at_end, name) or getattr(at_start, name) for name in Usage.model_fields})


def negative(usage):
    return Usage(**{name: -getattr(usage, name) for name in Usage.model_fields})


@given(sayings, usages())
def test_one_attempt_is_left_as_it_is(said, usage):
    writer, splice = Writer("m"), Splice()
    whole = [*writer.start(), *speak(writer, said), *writer.finish("end_turn", usage)]
    assert [out for event in whole for out in splice.read(event)] == whole
