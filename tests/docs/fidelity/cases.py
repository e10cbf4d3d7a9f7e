"""Cases that no single field shows: the same field fares differently in another company."""

from collections.abc import Callable, Mapping
from typing import Any

from . import samples
from .answers import Reader, frames
from .bridge import Json
from .fates import Fate, fate
from .requests import MODELS, Asker
from .samples import SIGNATURES, Embed, assistant, in_assistant, in_user, marker, request, user

Case = Callable[[int | None], Json]
"""A request with one of two values, or without."""


def _block(embed: Embed, **fields: Any) -> Case:
    """A block somewhere; `marker` stands for one of two words."""

    def made(place: int | None) -> Json:
        if place is None:
            return embed(None)
        return embed({name: one(place) if callable(one) else one for name, one in fields.items()})

    return made


def _result(tool_id: str, place: int) -> Json:
    return {"type": "tool_result", "tool_use_id": tool_id, "content": marker(place)}


def _call(name: str) -> Json:
    return {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}


def _call_without_result(place: int | None) -> Json:
    return request(user("Hi"), assistant([] if place is None else [_call(marker(place))]), user("Stop."))


def _result_without_call(place: int | None) -> Json:
    return request(user("Hi" if place is None else [_result("toolu_0", place)]))


def _second_result(place: int | None) -> Json:
    second = [] if place is None else [_result("toolu_1", place)]
    return request(user("Hi"), assistant([_call(marker(0))]), user([_result("toolu_1", 0), *second]))


def _prefill(place: int | None) -> Json:
    return request(user("Hi"), *([] if place is None else [assistant(marker(place))]))


def _unknown_field(place: int | None) -> Json:
    return request(**({} if place is None else {"hologram": marker(place)}))


def _server_tool(place: int | None) -> Json:
    searches = [{"type": "web_search_20250305", "name": "web_search"}]
    return request(tools=[samples.tool(marker(0)), *([] if place is None else searches)])


def _long_name(place: int | None) -> Json:
    return request(tools=[] if place is None else [samples.tool("n" * 69 + str(place))])


_GIFS = [{"type": "base64", "media_type": "image/gif", "data": data} for data in ("R0lGODlhMQ==", "R0lGODlhMg==")]

REQUESTS: Mapping[str, Case] = {
    "`thinking` that Claude signed": _block(in_assistant, type="thinking", thinking=marker, signature="EqQBCkYIAR"),
    "`thinking` without a signature": _block(in_assistant, type="thinking", thinking=marker, signature=""),
    "`redacted_thinking` of Claude's": _block(in_assistant, type="redacted_thinking", data=marker),
    "`tool_use` that Gemini never signed": _block(in_assistant, type="tool_use", id="toolu_1", name=marker, input={}),
    "`tool_use` without a result": _call_without_result,
    "`tool_result` for no call": _result_without_call,
    "a second `tool_result` for one call": _second_result,
    "an answer begun by the client (prefill)": _prefill,
    "an `image` of type image/gif": _block(in_user, type="image", source=_GIFS.__getitem__),
    "a block of a type that nobody knows": _block(in_user, type="hologram", data=marker),
    "a field of the request that nobody knows": _unknown_field,
    "a `web_search` beside the client's own tools": _server_tool,
    "a tool's name of 70 characters": _long_name,
}

_CALLED = {"functionCall": {"name": marker(0), "args": {}}}

ANSWERS: Mapping[str, Callable[[Json], list[Json]]] = {
    "the signature of a thought": lambda signed: [{"text": "Hm.", "thought": True, **signed}, {"text": "So."}],
    "the signature of an answer's first words": lambda signed: [{"text": "So. ", **signed}, {"text": "Yes."}],
    "the signature of later words, before a call": lambda signed: [
        {"text": "So. "},
        {"text": "Yes.", **signed},
        _CALLED,
    ],
    "the signature of an answer's last words": lambda signed: [{"text": "Yes."}, {"text": "", **signed}],
    "the signature of the second of two calls": lambda signed: [_CALLED, {**_CALLED, **signed}],
}


async def found(asker: Asker, reader: Reader) -> dict[str, tuple[Fate, ...]]:
    """What becomes of each case, for each generation of models."""
    models = MODELS.values()
    asked = {label: [await _asked(asker, case, model) for model in models] for label, case in REQUESTS.items()}
    answered = {label: [await _answered(reader, label)] for label in ANSWERS}
    return {label: tuple(fates) for label, fates in {**asked, **answered}.items()}


async def _asked(asker: Asker, case: Case, model: str) -> Fate:
    outcomes = [await asker.ask(case(place), model) for place in (0, 1)]
    is_text = case is _prefill
    return fate([marker(0), marker(1)], outcomes, await asker.ask(case(None), model), is_text=is_text)


async def _answered(reader: Reader, label: str) -> Fate:
    parts = ANSWERS[label]
    outcomes = [await reader.read(label, frames(parts({"thoughtSignature": one}))) for one in SIGNATURES]
    return fate(SIGNATURES, outcomes, await reader.read(label, frames(parts({}))))
