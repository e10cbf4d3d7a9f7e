"""What ten routing rules cost each request, in milliseconds: a request of Claude Code's size, no rule holds.

    uv run benchmarks/routing_rules.py

The design allows 0.05 ms. A rule that asks for tokens costs one estimate more, told apart: it reads the request whole.
"""

from __future__ import annotations

from timeit import repeat

from cgb import Context, MessagesRequest
from cgb_plugins.routing import Routing, choose_route

ROUNDS, TIMES = 1_000, 5

RULES = [
    {"model": "claude-haiku-*"},
    {"model": ["gemini-*", "models/gemini-*"]},
    {"tools": ">100"},
    {"tool": "mcp__github__*"},
    {"images": True},
    {"thinking": False, "kind": "main"},
    {"effort": ["low", "max"]},
    {"tag": ["#fast", "@model:*"]},
    {"header": {"x-team": "blue*"}, "subagent": False},
    {"kind": ["title", "compaction"], "hours": "09:00-18:00", "days": "mon-fri"},
]


def request() -> MessagesRequest:
    """60 messages and 20 tools, 179 KB."""
    tool = {"description": "What it does. " * 150, "input_schema": {"type": "object", "properties": {}}}
    turns: list[dict[str, object]] = [{"role": "user", "content": "Fix the test, please. " * 20}]
    for turn in range(29):
        call = {"type": "tool_use", "id": f"toolu_{turn}", "name": "tool1", "input": {"path": "/a" * 50}}
        result = {"type": "tool_result", "tool_use_id": f"toolu_{turn}", "content": "found it. " * 470}
        turns += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    return MessagesRequest.model_validate(
        {
            "model": "claude-opus-5-5",
            "max_tokens": 32_000,
            "thinking": {"type": "adaptive"},
            "output_config": {"effort": "medium"},
            "tools": [{"name": f"tool{number}", **tool} for number in range(20)],
            "messages": [*turns, {"role": "assistant", "content": "Done."}],
        }
    )


def cost_ms(settings: Routing, asked: MessagesRequest) -> float:
    """The least of many short rounds' means: what others do on the machine only adds."""

    def once() -> None:
        choose_route(asked, Context(asked), settings)

    return min(repeat(once, repeat=ROUNDS, number=TIMES)) / TIMES * 1_000


def main() -> None:
    """Print the figures."""
    asked = request()
    ten = [{"when": when, "to": "gemini/any"} for when in RULES]
    tokens = [*ten[:-1], {"when": {"tokens": ">1_000_000"}, "to": "gemini/any"}]
    none = cost_ms(Routing(), asked)
    print(f"10 rules: {cost_ms(Routing.model_validate({'rules': ten}), asked) - none:.3f} ms a request")
    print(f"10 rules, one asks for tokens: {cost_ms(Routing.model_validate({'rules': tokens}), asked) - none:.3f} ms")


if __name__ == "__main__":
    main()
