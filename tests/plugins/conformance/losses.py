"""What a way to a model cannot carry, as data: the suite asserts it, and `docs/fidelity.md` lists LiteLLM's."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .carriers import Carrier


@dataclass(frozen=True)
class Loss:
    """What comes in place of the whole.

    Attributes:
        subject: the statement's.
        on: the ways, as globs of their names.
        instead: what a probe finds there.
        words: the same for readers, and why.
    """

    subject: str
    on: Sequence[str]
    instead: Any
    words: str

    def concerns(self, carrier: Carrier) -> bool:
        """Whether it occurs on this way."""
        return any(fnmatchcase(str(carrier), glob) for glob in self.on)


GEMINI = ("litellm-gemini-*",)
EVERY = ("litellm-*",)
SIGNED = ("litellm-gemini-3*", "litellm-gemini-4*")
WHOLE = ("litellm-gemini-*-whole",)

LOSSES: tuple[Loss, ...] = (
    # The way there
    Loss(
        "images in tool results", EVERY, ["Bash gave Look", "From the result of Bash:", "<image/png>"],
        "stand in the user's message that follows, named after the tool: chat completions have no place for them",
    ),
    Loss(
        "images in tool results", ("gemini-2.5",), ["Bash gave Look", "<image/png>"],
        "stand beside the result: Gemini 2.5 has no place for them",
    ),
    Loss(
        "equal calls of one turn", ("litellm-gemini-2.5",),
        ['Bash({"n": 1})', "Bash gave one", "Result of the same call, made again: two"],
        "become one, and the second's result words: LiteLLM drops calls that say the same where they have no signature",
    ),
    Loss(
        "linked images", EVERY, "[image: https://x.example/a.png]",
        "are not shown, only their address: LiteLLM would fetch whatever address it is from the operator's own network",
    ),
    Loss(
        "PDF", ("litellm-openai*",), ["user: [document of type application/pdf, which this model cannot read] + Well?"],
        "reaches only the models of which LiteLLM's table says that they read it; others get a note in its place",
    ),
    Loss(
        "signatures of texts", SIGNED, False,
        "are not handed back, for chat completions have no place for them; Gemini demands only those of calls",
    ),
    Loss(
        "signatures of thoughts", SIGNED, False,
        "are not handed back, for chat completions have no place for them; Gemini demands only those of calls",
    ),
    Loss(
        "JSON Schema for tools", GEMINI, "parameters",
        "is not used: LiteLLM knows only `parameters`, so `tool-schema` narrows each schema to what fits there",
    ),
    Loss(
        "a search beside functions", EVERY, ["Bash"],
        "is dropped with a note: LiteLLM would drop it without one",
    ),
    Loss(
        "a search beside functions", ("gemini-2.5",), ["Bash"],
        "is dropped with a note: Gemini 2.5 takes no tool of its own beside functions",
    ),
    Loss("a web fetch", GEMINI, [], "is dropped with a note: LiteLLM knows only Gemini's search"),
    Loss(
        "sampling", ("litellm-openai",), {},
        "reaches a provider as far as LiteLLM's table gives it the parameters: OpenAI has no `top_k`, GPT-5 none",
    ),
    Loss(
        "requests of Claude Code", GEMINI, {"turns", "config"},
        "differ from what the `gemini` transport sends in images of tool results and, from Gemini 3 on, in a "
        "`temperature` of 1.0, Gemini's own, which LiteLLM adds",
    ),
    Loss(
        "a member called strict in an answer's form", GEMINI, False,
        "is lost: LiteLLM removes every `strict` from the schema, and an answer in words cannot be renamed back",
    ),
    Loss(
        "aliases", GEMINI, "levels",
        "such as `gemini-pro-latest` stand for the models that a table names: LiteLLM keeps to itself who answered",
    ),
    Loss("counting", EVERY, "estimated", "is an estimate: LiteLLM would count with tokenizers of other models"),
    # The way back
    Loss(
        "text after a call", GEMINI, ["text", "tool_use"],
        "moves before it: chat completions put all text before the calls",
    ),
    Loss(
        "answers in hops", ("litellm-gemini-4*",), ("a part", "max_tokens"),
        "end with the first piece, as `max_tokens`: LiteLLM keeps the token with which Gemini 4 is asked on to itself",
    ),
    Loss(
        "small limits", GEMINI, ("end_turn", True, False),
        "are not kept: they are raised so that thoughts do not eat them, and LiteLLM passes on no figures "
        "by which the answer could be cut back",
    ),
    Loss(
        "web search", GEMINI, (["server_tool_use", "web_search_tool_result"], set(), True, 1),
        "brings its pages before the words, but does not cite them in the words, which Claude Code would not show",
    ),
    Loss(
        "a refusal", WHOLE, ("refusal", False, False),
        "loses its words and its exact reason: LiteLLM throws both away",
    ),
    Loss("a blocked prompt", WHOLE, ("refusal", False), "does not say why: LiteLLM throws the reason away"),
    Loss(
        "a recitation", WHOLE, ("refused", "refusal"),
        "is a refusal like any other and not tried again: LiteLLM throws the reason away",
    ),
    Loss(
        "a call that the model spoilt", WHOLE, ("malformed_call", "MALFORMED_FUNCTION_CALL", False),
        "is asked for again instead of mended: LiteLLM throws away the `finishMessage` that holds it",
    ),
    Loss(
        "a stated delay in an answer", GEMINI, [None, None],
        "is not passed on where the error stands in the stream: LiteLLM keeps its message alone",
    ),
)  # fmt: skip
"""Further restrictions of Gemini's own stand in the rest of the page."""


def instead(subject: str, carrier: Carrier, whole: Any) -> Any:
    """What a probe must find on this way: what is declared, or the whole."""
    declared = [loss.instead for loss in LOSSES if loss.subject == subject and loss.concerns(carrier)]
    assert len(declared) <= 1
    return declared[0] if declared else whole
