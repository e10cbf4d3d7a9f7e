"""Rules on `generationConfig`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgb.testing.gemini_server import json_schema_rules, schema_rules

if TYPE_CHECKING:
    from cgb.testing.gemini_server.findings import Findings
    from cgb.testing.gemini_server.request import Request

MAX_TEMPERATURE = 2.0
MAX_STOPS = 5
MIME_TYPES = {"text/plain", "application/json", "text/x.enum"}
JSON_TYPES = {"application/json", "text/x.enum"}


def check_fields(request: Request, found: Findings) -> None:
    """The rules reported together, as lines with a star."""
    config, at = request.config, "generation_config"
    if not 0 <= config.get("temperature", 0) <= MAX_TEMPERATURE:
        found.field("temperature", f"{at}.temperature", "temperature must be in the range [0.0, 2.0].")
    if not 0 <= config.get("topP", 0) <= 1:
        found.field("top-p", f"{at}.top_p", "top_p must be in the range [0.0, 1.0].")
    _stops(config.get("stopSequences", []), f"{at}.stop_sequences", found)
    _answer_schema(request, found)


def _stops(stops: list[str], path: str, found: Findings) -> None:
    if len(stops) > MAX_STOPS:
        found.field("stop-sequences", path, f"at most {MAX_STOPS} stop sequences are allowed.")
    for index, stop in enumerate(stops):
        if not stop:
            found.field("stop-sequences", f"{path}[{index}]", "cannot be empty")


def _answer_schema(request: Request, found: Findings) -> None:
    config, at = request.config, "generation_config"
    mime = config.get("responseMimeType", "")
    given = [name for name in ("responseSchema", "responseJsonSchema") if name in config]
    if mime and mime not in MIME_TYPES:
        text = f"allowed mimetypes are {', '.join(sorted(MIME_TYPES))}."
        found.field("response-mime-type", f"{at}.response_mime_type", text)
    if len(given) > 1:
        text = "only one of response_schema and response_json_schema may be set."
        found.field("both-schemas", at, text)
    if given and mime not in JSON_TYPES:
        # The proto: "If set, a compatible `response_mime_type` must also be set."
        text = "a compatible response_mime_type must be set with a response schema."
        found.field("response-mime-type", f"{at}.response_mime_type", text)
    if "responseSchema" in config:
        schema_rules.check(config["responseSchema"], f"{at}.response_schema", found)


def check_meaning(request: Request, found: Findings) -> None:
    """The rules that depend on the model, reported singly."""
    config = request.config
    limit = request.model.max_output
    tokens = config.get("maxOutputTokens")
    if tokens is not None and not 1 <= tokens <= limit:
        text = (
            f"Unable to submit request because it has a maxOutputTokens value of {tokens} but the supported "
            f"range is from 1 (inclusive) to {limit + 1} (exclusive). Update the value and try again."
        )
        found.add("max-output-tokens", "generation_config.max_output_tokens", text)
    if "responseJsonSchema" in config:
        json_schema_rules.check(config["responseJsonSchema"], "generation_config.response_json_schema", found)
    _sampling(request, found)


def _sampling(request: Request, found: Findings) -> None:
    config = request.config
    if config.get("candidateCount", 1) != 1:
        text = "Multiple candidates is not enabled for this model"
        found.add("candidate-count", "generation_config.candidate_count", text)
    for name, path in (("presencePenalty", "presence_penalty"), ("frequencyPenalty", "frequency_penalty")):
        if name in config and request.model.unified:
            text = f"Penalty is not enabled for models/{request.model.name}"
            found.add("penalty", f"generation_config.{path}", text)


def check_thinking(request: Request, found: Findings) -> None:
    """The thinking controls, which differ from model to model."""
    thinking, path = request.thinking, "generation_config.thinking_config"
    level = thinking.get("thinkingLevel", "THINKING_LEVEL_UNSPECIFIED")
    budget = thinking.get("thinkingBudget")
    given = level != "THINKING_LEVEL_UNSPECIFIED"
    if given and budget is not None:
        found.add("thinking", path, "You can only set only one of thinking budget and thinking level.")
    elif given:
        _level(request, level, f"{path}.thinking_level", found)
    elif budget is not None:
        _budget(request, budget, f"{path}.thinking_budget", found)


def _level(request: Request, level: str, path: str, found: Findings) -> None:
    if not request.model.levels:
        found.add("thinking", path, "Thinking level is not supported for this model.")
    elif level not in request.model.levels:
        found.add("thinking", path, f"Thinking level {level} is not supported for this model.")


def _budget(request: Request, budget: int, path: str, found: Findings) -> None:
    model = request.model
    if model.unified:
        found.add("thinking", path, "Thinking budget is not supported for this model.")
    elif model.levels:
        # Budgets are still taken by 3.x models; 0 there means the lowest level, which not all have.
        if budget == 0 and "MINIMAL" not in model.levels:
            found.add("thinking", path, "Thinking level MINIMAL is not supported for this model.")
        elif not -1 <= budget <= THREE_BUDGET:
            found.add("thinking", path, _out_of_range(budget, (0, THREE_BUDGET)))
    elif budget == 0 and not model.can_stop_thinking:
        found.add("thinking", path, "Budget 0 is invalid. This model only works in thinking mode.")
    elif model.budget and budget not in {0, -1} and not model.budget[0] <= budget <= model.budget[1]:
        found.add("thinking", path, _out_of_range(budget, model.budget))


THREE_BUDGET = 32_768


def _out_of_range(budget: int, allowed: tuple[int, int]) -> str:
    low, high = allowed
    return f"The thinking budget {budget} is invalid. Please choose a value between {low} and {high}."
