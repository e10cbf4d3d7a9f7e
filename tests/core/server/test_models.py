from types import SimpleNamespace

import anthropic
import pytest

from cgb import Model, Route, Target, hookimpl
from cgb.server.models import discoverable, page
from cgb.testing import ScriptedTransport

ENTRIES = [{"id": name} for name in "abcde"]


def ids(found):
    return [entry["id"] for entry in found["data"]]


def listing(*names):
    @hookimpl
    def list_models():
        return [Model(name, Route("scripted", f"up-{name}")) for name in names]

    return SimpleNamespace(list_models=list_models)


@pytest.mark.parametrize(
    ("asked", "found", "more"),
    [
        ((5, None, None), "abcde", False),
        ((2, None, None), "ab", True),
        ((2, "b", None), "cd", True),
        ((2, "d", None), "e", False),
        ((2, "e", None), "", False),
        ((2, None, "d"), "bc", True),
        ((9, None, "d"), "abc", False),
        ((2, None, "a"), "", False),
        ((2, "nowhere", None), "ab", True),
        ((2, None, "nowhere"), "ab", True),
    ],
)
def test_page(asked, found, more):
    got = page(ENTRIES, *asked)
    assert ids(got) == list(found)
    assert got["has_more"] is more
    assert (got["first_id"], got["last_id"]) == ((found[0], found[-1]) if found else (None, None))


@pytest.mark.parametrize(
    ("name", "kept"),
    [("claude-x", True), ("my-Claude", True), ("anthropic.x", True), ("gemini-pro", False), ("x-anthropic", False)],
)
def test_discoverable(name, kept):
    assert discoverable(name) is kept


async def test_models_are_listed_as_anthropic_lists_them(serving):
    transport = ScriptedTransport(
        target=Target(context_tokens=1_000_000, output_tokens=64_000),
        models=[Model("plain", Route("scripted", "up"), display_name="Plain", description="A model")],
    )
    async with (
        serving(transport, listing("claude-z", "claude-a")) as bridge,
        bridge.client.get("/v1/models") as response,
    ):
        body = await response.json()
    assert body == {
        "data": [
            {
                "type": "model",
                "id": "claude-z",
                "display_name": "claude-z",
                "description": "up-claude-z by the transport scripted",
                "created_at": "2026-01-01T00:00:00Z",
                "max_input_tokens": 1_000_000,
                "max_tokens": 64_000,
            },
            body["data"][1],
            {
                "type": "model",
                "id": "plain",
                "display_name": "Plain",
                "description": "A model",
                "created_at": "2026-01-01T00:00:00Z",
                "max_input_tokens": 1_000_000,
                "max_tokens": 64_000,
            },
        ],
        "has_more": False,
        "first_id": "claude-z",
        "last_id": "plain",
    }
    assert body["data"][1]["id"] == "claude-a"


async def test_models_come_in_pages_and_one_by_one(serving):
    async with serving(ScriptedTransport(), listing("claude-a", "claude-b", "claude-c")) as bridge:
        async with bridge.client.get("/v1/models?limit=2") as response:
            first = await response.json()
        async with bridge.client.get("/v1/models?limit=2&after_id=claude-b") as response:
            second = await response.json()
        async with bridge.client.get("/v1/models/claude-b") as response:
            one = await response.json()
        async with anthropic.AsyncAnthropic(base_url=bridge.url, api_key="any") as client:
            listed = [model.id async for model in client.models.list(limit=1)]
    assert (ids(first), first["has_more"]) == (["claude-a", "claude-b"], True)
    assert (ids(second), second["has_more"]) == (["claude-c"], False)
    assert one == first["data"][1]
    assert listed == ["claude-a", "claude-b", "claude-c"]


async def test_a_model_that_is_not_listed_is_described_by_where_it_would_go(serving):
    async with serving(ScriptedTransport(target=Target(output_tokens=5)), listing("claude/with/slashes")) as bridge:
        async with bridge.client.get("/v1/models/claude-any") as response:
            one = await response.json()
        async with bridge.client.get("/v1/models/claude/with/slashes") as response:
            assert (await response.json())["id"] == "claude/with/slashes"
    assert (one["id"], one["display_name"], one["max_tokens"]) == ("claude-any", "claude-any", 5)
    assert one["description"] == "claude-any by the transport scripted"


async def test_an_unknown_model_is_told_the_nearest(serving):
    async with serving(listing("claude-alpha")) as bridge, bridge.client.get("/v1/models/claude-alfa") as response:
        assert response.status == 404
        error = (await response.json())["error"]
    assert error["type"] == "not_found_error"
    assert error["message"] == (
        "no plugin has a route for the model 'claude-alfa'. The nearest known models: claude-alpha."
    )


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
async def test_a_wrong_limit_is_named(serving, limit):
    async with serving(ScriptedTransport()) as bridge, bridge.client.get(f"/v1/models?limit={limit}") as response:
        assert response.status == 400
        assert (await response.json())["error"]["message"].startswith("limit: Input should be")
