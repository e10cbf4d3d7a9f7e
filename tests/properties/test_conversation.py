"""Whole conversations, with a client that does whatever clients do and a model that signs as Gemini does."""

import re
from dataclasses import replace

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from cgb import ApiError
from cgb.messages import carried, legal_name
from cgb.testing.gemini_server.signatures import mint

from .gemini_strategies import TOOLS, whole_stream
from .in_process import DUMMY, NEW, NEWEST, OLD, PIXEL, Habits, is_prefix, returned

STEPS = 60

"""The most a conversation has; there are as many conversations as other properties have examples."""

MODELS = (OLD, NEW, NEWEST, "gemini-3.8-flash", "gemini-pro-latest")
MCP = ("mcp__search__find", "mcp__" + "deep" * 30 + "__find", "mcp__" + "deep" * 30 + "__read", "Bash:run", "読む")
MARK = re.compile(r"mark\d+!")

pdf = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}}
image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
gif = {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "R0lGODlhAQABAAAAACw="}}
media = st.lists(st.sampled_from([pdf, image, gif]), max_size=2)
shapes = st.sampled_from(["string", "blocks", "media", "reference", "$ref", "empty", "none", "error"])
places = st.floats(0, 1, exclude_max=True)
orders = st.randoms(use_true_random=False)


class Conversation(RuleBasedStateMachine):
    """A client's history, and a model that answers it; what must hold is looked at in every request."""

    def __init__(self, bridge):
        super().__init__()
        self.bridge = bridge
        self.messages = []
        self.tools = list(TOOLS)
        self.model = NEW
        self.habits = Habits()
        self.thinking = {"type": "adaptive"}
        self.made = {}  # by tool_use id: which model made the call, under which id of its own
        self.torn = False  # a turn of the model's stands in two places
        self.before = None  # the last request: its messages, everything else, and the bytes that Gemini got
        self.counter = 0

    # What the client and the model have to say

    def mark(self):
        self.counter += 1
        return f"mark{self.counter}!"

    def add(self, role, content):
        self.messages = [*self.messages, {"role": role, "content": content}]

    def result(self, call, shape):
        content = {
            "string": self.mark(),
            "blocks": [{"type": "text", "text": self.mark()}, {"type": "text", "text": self.mark()}],
            "media": [{"type": "text", "text": self.mark()}, image, gif, pdf],
            "reference": [{"type": "tool_reference", "tool_name": self.mark()}],
            "$ref": orjson.dumps({"$ref": f"#/$defs/{self.mark()}"}).decode(),
            "empty": "",
            "none": None,
            "error": self.mark(),
        }[shape]
        return {"type": "tool_result", "tool_use_id": call, "content": content, "is_error": shape == "error"}

    @property
    def signs(self):
        return self.model != OLD

    def answer(self, data):
        """An answer's parts, signed as this model signs them."""
        parts = []
        if data.draw(st.booleans()):
            parts.append({"text": "Hm.", "thought": True})
            if self.signs and data.draw(st.booleans()):
                parts[-1]["thoughtSignature"] = mint("thought")
        parts += [{"text": self.mark()} for _ in range(data.draw(st.integers(0, 2)))]
        if self.signs and parts and "thought" not in parts[-1] and data.draw(st.booleans()):
            parts[-1]["thoughtSignature"] = mint("text")
        calls = data.draw(st.integers(0, 3))
        names = [legal_name(name) for name in (*self.tools, "Invented")]
        for place in range(calls):
            call = {"name": data.draw(st.sampled_from(names)), "args": {"a": 3.0}}
            if self.signs:
                call["id"] = self.mark()[:-1]
            parts.append({"functionCall": call})
            if self.signs and not place:
                parts[-1]["thoughtSignature"] = mint("call", call["name"], call["id"])
        if not calls or data.draw(st.booleans()):
            parts.append({"text": self.mark()})
        if self.signs and data.draw(st.booleans()):
            parts.append({"text": "", "thoughtSignature": mint("text")})
        return parts

    # What is in the history

    def blocks(self):
        for message in self.messages:
            content = message["content"]
            yield from [] if isinstance(content, str) else content

    def calls(self):
        return [block for block in self.blocks() if block["type"] == "tool_use"]

    def results(self):
        return [block for block in self.blocks() if block["type"] == "tool_result"]

    def open_calls(self):
        """The calls of the newest turn that have no result."""
        turns = [message["content"] for message in self.messages if message["role"] == "assistant"]
        last = {block.get("id") for block in turns[-1]} if turns else set()
        return [call for call in self.unanswered() if call in last]

    def unanswered(self):
        answered = {block["tool_use_id"] for block in self.results()}
        return [block["id"] for block in self.calls() if block["id"] not in answered]

    # Asking

    def ask(self, data):
        parts = self.answer(data)
        body = whole_stream(parts)
        request = {"model": self.model, "max_tokens": 8192, "messages": self.messages}
        request["tools"] = [{"name": name, "input_schema": {"type": "object"}} for name in self.tools]
        if self.thinking:
            request["thinking"] = self.thinking
        if choice := data.draw(st.sampled_from(["", "", "", "auto", "any", "none"])):
            request["tool_choice"] = {"type": choice}
        cuts = data.draw(st.lists(st.integers(0, len(body) - 1), max_size=1)) if data.draw(st.booleans()) else []
        try:
            answer = self.bridge.ask(request, *([body[:cut]] for cut in cuts), [body])
        except ApiError:
            assert cuts
            return
        self.look(answer, choice)
        blocks = [block.to_wire() for block in answer.message.content]
        self.counter += 1  # an answer of calls alone has no mark
        turn = self.counter
        kept = returned(blocks, self.habits, lambda place: f"{turn}_{place}")
        upstream = [part["functionCall"].get("id") for part in parts if "functionCall" in part]
        made = [block["id"] for block in kept if block["type"] == "tool_use"]
        assert len(made) == len(upstream) or (cuts and "kept" in answer.notes)
        assert not set(made) & set(self.made), "an id was used twice"
        self.made |= {one: (self.model, own) for one, own in zip(made, upstream, strict=False)}
        self.add("assistant", kept)

    def look(self, answer, choice):
        """Everything that must hold for the request that went to Gemini."""
        sent = answer.raw.decode()
        self.nothing_is_lost(sent)
        self.results_find_their_calls(answer.body)
        if self.signs and not self.torn and all(self.made[call["id"]][0] == self.model for call in self.calls()):
            assert DUMMY not in sent
        if self.tools:  # else they are those that the history calls
            self.prefix_is_stable(answer.raw, choice)

    def nothing_is_lost(self, sent):
        unsaid = {"thinking", "redacted_thinking", "tool_use"}
        said = orjson.dumps([block for block in self.blocks() if block["type"] not in unsaid])
        strings = [message["content"] for message in self.messages if isinstance(message["content"], str)]
        wanted = set(MARK.findall(said.decode() + " ".join(strings)))
        assert wanted <= set(MARK.findall(sent))
        for kind in (b"image/png", b"application/pdf"):
            assert said.count(b'"media_type":"%b"' % kind) == sent.encode().count(b'"mimeType":"%b"' % kind)

    def results_find_their_calls(self, body):
        parts = [part for content in body["contents"] for part in content["parts"]]
        responses = [part["functionResponse"] for part in parts if "functionResponse" in part]
        assert len(responses) == len(self.calls())
        waiting = {}
        for block in self.blocks():
            if block["type"] == "tool_use":
                waiting[block["id"]] = block
            elif block["type"] == "tool_result" and (call := waiting.pop(block["tool_use_id"], None)):
                self.is_answered(call, block, responses)

    def is_answered(self, call, result, responses):
        marks = MARK.findall(orjson.dumps(result["content"]).decode())
        if not marks:
            return
        found = [one for one in responses if set(marks) <= set(MARK.findall(orjson.dumps(one["response"]).decode()))]
        assert len(found) == 1, "a result did not reach its call, or reached two"
        own = self.made[call["id"]][1]
        assert (found[0]["name"], found[0].get("id")) == (legal_name(call["name"]), own)
        assert list(found[0]["response"]) == ["error" if result["is_error"] else "output"]

    def prefix_is_stable(self, raw, choice):
        now = (self.model, list(self.tools), choice)
        if self.before is not None:
            messages, others, earlier = self.before
            rest = self.messages[len(messages) :]
            grown = rest and rest[0]["role"] == "assistant" and self.messages[: len(messages)] == messages
            if grown and now == others:
                assert is_prefix(earlier, raw)
        ended_by_the_bridge = orjson.loads(raw)["contents"][-1]["parts"] == [{"text": "Continue."}]
        needed_repair = ended_by_the_bridge or bool(self.unanswered())
        self.before = None if needed_repair else (self.messages, now, raw)

    # What a client does

    @rule(data=st.data(), media=media, as_string=st.booleans())
    def the_user_speaks(self, data, media, as_string):
        content = self.mark() if as_string else [{"type": "text", "text": self.mark()}, *media]
        self.add("user", content)
        self.ask(data)

    @precondition(lambda self: self.open_calls())
    @rule(data=st.data(), order=orders, shapes=st.tuples(shapes, shapes, shapes), words=st.sampled_from([0, 1, 2]))
    def the_tools_answer(self, data, order, shapes, words):
        calls = self.open_calls()
        results = [self.result(call, shapes[place % 3]) for place, call in enumerate(order.sample(calls, len(calls)))]
        said = [{"type": "text", "text": self.mark()}] if words else []
        self.add("user", [*said, *results] if words == 1 else [*results, *said])
        self.ask(data)

    @precondition(lambda self: len(self.open_calls()) > 1)
    @rule(data=st.data(), shape=shapes)
    def the_tools_answer_in_messages_of_their_own(self, data, shape):
        for call in reversed(self.open_calls()):
            self.add("user", [self.result(call, shape)])
        self.ask(data)

    @precondition(lambda self: self.open_calls())
    @rule(data=st.data(), shape=shapes, keeps=places)
    def the_user_interrupts(self, data, shape, keeps):
        calls = self.open_calls()
        results = [self.result(call, shape) for call in calls[: int(keeps * len(calls))]]
        self.add("user", [*results, {"type": "text", "text": f"[Request interrupted by user] {self.mark()}"}])
        self.ask(data)

    @precondition(lambda self: self.unanswered())
    @rule(data=st.data(), shape=shapes, which=places)
    def a_result_comes_late(self, data, shape, which):
        late = self.unanswered()
        self.add("user", [self.result(late[int(which * len(late))], shape)])
        self.ask(data)

    @precondition(lambda self: self.results())
    @rule(shape=shapes, which=places)
    def a_result_comes_twice(self, shape, which):
        again = self.results()[int(which * len(self.results()))]
        self.add("user", [self.result(again["tool_use_id"], shape)])

    @rule(shape=shapes)
    def a_result_comes_for_nothing(self, shape):
        self.add("user", [self.result(f"toolu_{self.mark()}", shape)])

    @rule(data=st.data())
    def the_client_asks_again(self, data):
        """Also with the model's own turn at the end."""
        if self.messages:
            self.ask(data)

    @rule(where=places, form=st.sampled_from(["string", "list", "empty"]))
    def the_client_reminds(self, where, form):
        place = len(self.messages) - int(where * where * (len(self.messages) + 1))
        words = self.mark()
        content = {"string": words, "list": [{"type": "text", "text": words}], "empty": []}[form]
        between = self.messages[max(place - 1, 0) : place + 1]
        self.torn = self.torn or [one["role"] for one in between] == ["assistant", "assistant"]
        reminder = {"role": "system", "content": content}
        self.messages = [*self.messages[:place], reminder, *self.messages[place:]]

    @precondition(lambda self: self.messages and self.messages[-1]["role"] == "assistant")
    @rule()
    def the_client_writes_each_block_as_a_message(self):
        *rest, last = self.messages
        self.messages = [*rest, *({"role": "assistant", "content": [block]} for block in last["content"])]

    @rule(habits=st.builds(Habits, thinking=st.booleans(), fields=st.booleans(), last=st.booleans()))
    def the_session_is_resumed(self, habits):
        """By a client of other habits; what it strips of a call whose id it shortened before is gone for good."""
        self.habits = habits
        if not habits.fields:
            gone = [call["id"] for call in self.calls() if carried(call["id"]) is None]
            self.made |= dict.fromkeys(gone, ("", None))
        kept = replace(habits, ids=True)
        self.messages = [
            {**one, "content": returned(one["content"], kept)} if one["role"] == "assistant" else one
            for one in self.messages
        ]
        self.messages = [one for one in self.messages if one["role"] != "assistant" or one["content"]]

    @rule(ids=st.booleans())
    def the_client_changes_how_it_writes_ids(self, ids):
        self.habits = replace(self.habits, ids=ids, fields=True)

    @rule(model=st.sampled_from(MODELS), keeps_thinking=st.booleans())
    def the_model_is_switched(self, model, keeps_thinking):
        self.model = model
        if not keeps_thinking:
            self.the_session_is_resumed(replace(self.habits, thinking=False))

    @rule(thinking=st.sampled_from([None, {"type": "adaptive"}, {"type": "disabled"}]))
    def thinking_is_switched(self, thinking):
        self.thinking = thinking

    @rule(keep=places)
    def the_user_goes_back(self, keep):
        self.messages = self.messages[: int(keep * (len(self.messages) + 1))]

    @rule(name=st.sampled_from(MCP))
    def a_tool_comes_or_goes(self, name):
        self.tools = [one for one in self.tools if one != name] if name in self.tools else [*self.tools, name]

    @rule()
    def all_tools_come_or_go(self):
        self.tools = [] if self.tools else list(TOOLS)

    @rule(data=st.data(), calls=st.integers(0, 2))
    def somebody_else_wrote_a_turn(self, data, calls):
        made = [f"toolu_{self.mark()[:-1]}" for _ in range(calls)]
        self.made |= dict.fromkeys(made, ("", None))
        uses = [{"type": "tool_use", "id": one, "name": data.draw(st.sampled_from(MCP)), "input": {}} for one in made]
        self.add("assistant", [{"type": "text", "text": self.mark()}, *uses])

    @precondition(lambda self: len(self.messages) > 6)
    @rule(data=st.data())
    def the_history_is_compacted(self, data):
        self.messages, self.torn = [], False
        self.add("user", f"This session continues an earlier one: {self.mark()}")
        self.ask(data)


def test_whatever_happens_in_a_conversation(bridge):
    run_state_machine_as_test(lambda: Conversation(bridge), settings=settings(stateful_step_count=STEPS))
