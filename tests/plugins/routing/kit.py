"""What the tests of routing share: requests, rules, and a second, naive reading of what rules mean."""

from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from hypothesis import strategies as st

from cgb import Context, MessagesRequest
from cgb.context import kind_of
from cgb.messages import estimate_tokens
from cgb_plugins.routing import Routing
from cgb_plugins.routing.facts import Facts
from cgb_plugins.routing.rules import first

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AGENT = {"x-claude-code-agent-id": "agent-1"}


def asked(words="Hi", headers=None, at=MONDAY, **fields):
    """A request and its context."""
    body = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": words}], **fields}
    request = MessagesRequest.model_validate(body)
    return request, Context(request, kind_of(request, headers or {}), headers or {}, at=at)


def facts(*args, **fields):
    return Facts(*asked(*args, **fields))


def routing(*rules, **more):
    """Settings, by what stands in cgb.toml; a rule that says nothing else leads to `any/<its number>`."""
    whole = [{"to": f"any/{number}", **rule} for number, rule in enumerate(rules, 1)]
    return Routing.model_validate({"rules": whole, **more})


def winner(settings, found):
    """The number of the rule that wins."""
    one = first(settings.numbered, found)
    return one.number if one else None


# The reference: what each condition means, read from the documentation and not from the code.


def reference(rules, body, headers, at):
    """The number of the first rule that holds, by the rules and the request as they are written."""
    request = MessagesRequest.model_validate(body)
    for number, rule in enumerate(rules, 1):
        when = rule.get("when", {})
        for table in when if isinstance(when, list) else [when]:
            if _all_hold(table, body, headers, at, request):
                return number
    return None


def _all_hold(table, body, headers, at, request):
    given = {"body": body, "headers": headers, "at": at, "request": request, "table": table}
    return all(_holds(key, wanted, given) for key, wanted in table.items())


def _holds(key, wanted, given):
    if key == "not":
        return not _all_hold(wanted, *(given[name] for name in ("body", "headers", "at", "request")))
    if key == "header":
        headers = given["headers"]
        return all(name in headers and fnmatchcase(headers[name], one) for name, one in wanted.items())
    if key in _WORDS:
        listed = wanted if isinstance(wanted, list) else [wanted]
        return any(fnmatchcase(word, one) for word in _WORDS[key](given) for one in listed)
    if key == "thinking":
        kind = given["body"].get("thinking", {"type": "disabled"})["type"]
        listed = wanted if isinstance(wanted, list) else [wanted]
        return any(one == kind or (isinstance(one, bool) and one is (kind != "disabled")) for one in listed)
    return _PLAIN[key](wanted, given)


def _prompt_tags(given):
    prompts = [str(turn["content"]) for turn in given["body"]["messages"] if turn["role"] == "user"]
    prompt = [words for words in prompts if "tool_result" not in words][-1]
    words = prompt.replace("[{'type': 'text', 'text': '", " ").replace("'}]", " ").split()
    return [word for word in words if word[0] in "#@"]


def _effort(given):
    turns = [turn["output_config"]["effort"] for turn in given["body"]["messages"] if "output_config" in turn]
    return [given["body"].get("output_config", {}).get("effort", ""), *turns][-1:]


def _in_hours(wanted, given):
    begin, end = wanted.split("-")
    now = _local(given).strftime("%H:%M")
    return begin <= now < end if begin < end else now >= begin or now < end


def _on_days(wanted, given):
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] * 2
    begin, _, end = wanted.partition("-")
    first = names.index(begin)
    return names[_local(given).weekday()] in names[first : names.index(end or begin, first) + 1]


def _shows(kind):
    return lambda wanted, given: wanted is (f"'type': '{kind}'" in str(given["body"]["messages"]))


def _tools(given):
    return given["body"].get("tools", [])


_WORDS = {
    "model": lambda given: [given["body"]["model"]],
    "tool": lambda given: [tool["name"] for tool in _tools(given)],
    "effort": _effort,
    "kind": lambda given: [kind_of(given["request"], given["headers"])],
    "tag": _prompt_tags,
}
_PLAIN = {
    "tokens": lambda wanted, given: _counts(wanted, estimate_tokens(given["request"])),
    "tools": lambda wanted, given: _counts(wanted, len(_tools(given))),
    "images": _shows("image"),
    "documents": _shows("document"),
    "web_search": lambda wanted, given: wanted is any("web_search" in tool.get("type", "") for tool in _tools(given)),
    "subagent": lambda wanted, given: wanted is ("x-claude-code-agent-id" in given["headers"]),
    "hours": _in_hours,
    "days": _on_days,
    "timezone": lambda *_: True,
}


def _counts(wanted, count):
    if isinstance(wanted, int):
        return count == wanted
    if ".." in wanted:
        low, high = wanted.split("..")
        return int(low) <= count <= int(high)
    sign, number = (wanted[:2], int(wanted[2:])) if wanted[1] == "=" else (wanted[0], int(wanted[1:]))
    return {">": count > number, ">=": count >= number, "<": count < number, "<=": count <= number}[sign]


def _local(given):
    return given["at"] + timedelta(hours={"UTC": 0, "Etc/GMT-3": 3, "Etc/GMT+8": -8}[given["table"]["timezone"]])


# Rules and requests that meet each other often.

_MODELS = ("claude-opus-5-5", "claude-haiku-5-5", "claude-opus-4-8", "gemini-3")
_PATTERNS = ("*", "claude-*", "claude-opus-*", "*-5", "claude-?????-5-5", "claude-[oh]*", *_MODELS)
_TOOLS = ("Bash", "Read", "mcp__a__b", "mcp__a__c")
_TOOL_PATTERNS = ("*", "mcp__*", "mcp__a__*", "*__b", "Ba?h", *_TOOLS)
_TAGS = ("#fast", "#slow", "@model:x", "@model:y")
_TAG_PATTERNS = ("#*", "@model:*", *_TAGS)
_VALUES = ("blue", "green", "bluish")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_KINDS = ("main", "subagent", "web_search", "title", "web_fetch", "compaction", "classifier")


def _some(values):
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)


def _counts_up_to(most):
    numbers = st.integers(1, most)
    signed = st.builds(lambda sign, number: f"{sign}{number}", st.sampled_from([">", ">=", "<", "<="]), numbers)
    ranges = st.builds(lambda one, other: f"{min(one, other)}..{max(one, other)}", numbers, numbers)
    return signed | ranges | numbers


_times = st.sampled_from(["00:00", "06:00", "09:00", "09:31", "18:00", "23:00"])
_hours = st.lists(_times, min_size=2, max_size=2, unique=True).map("-".join)
_clocks = st.fixed_dictionaries(
    {"timezone": st.sampled_from(["UTC", "Etc/GMT-3", "Etc/GMT+8"]), "hours": _hours},
    optional={"days": st.sampled_from(["mon-fri", "sat-sun", "mon", "fri-mon"])},
)
_conditions = {
    "model": _some(_PATTERNS),
    "tokens": _counts_up_to(60),
    "tools": _counts_up_to(4),
    "tool": _some(_TOOL_PATTERNS),
    "images": st.booleans(),
    "documents": st.booleans(),
    "thinking": _some([True, False, "adaptive", "enabled", "disabled"]),
    "effort": _some(_EFFORTS),
    "web_search": st.booleans(),
    "subagent": st.booleans(),
    "kind": _some(_KINDS),
    "tag": _some(_TAG_PATTERNS),
    "header": st.dictionaries(st.sampled_from(["x-team", "x-b"]), st.sampled_from(["blu*", "*", *_VALUES]), min_size=1),
}


@st.composite
def _tables(draw):
    """Conditions that all must hold: few, so that rules hold often and cover each other."""
    names = draw(st.lists(st.sampled_from([*_conditions, "clock", "not"]), max_size=3, unique=True))
    table = {name: draw(_conditions[name]) for name in names if name in _conditions}
    if "clock" in names:
        table |= draw(_clocks)
    if "not" in names:
        name = draw(st.sampled_from(sorted(_conditions)))
        table["not"] = {name: draw(_conditions[name])}
    return table


rules_of_cgb_toml = st.lists(
    st.fixed_dictionaries({"when": _tables() | st.lists(_tables(), min_size=1, max_size=2)}), min_size=1, max_size=5
)
"""Lists of rules, as they are written."""

_image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ""}}
_document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
_results = st.builds(
    lambda inner: {"type": "tool_result", "tool_use_id": "t", "content": inner},
    st.just("done") | st.lists(st.sampled_from([_image, _document]), max_size=2),
)
_words = st.lists(st.sampled_from(["fix", "it", *_TAGS]), min_size=1, max_size=4).map(" ".join)
_prompts = _words | _words.map(lambda words: [{"type": "text", "text": words}])
_turns = st.one_of(
    st.builds(lambda words: {"role": "user", "content": words}, _prompts),
    st.builds(lambda result: {"role": "user", "content": [result]}, _results),
    st.builds(lambda block: {"role": "assistant", "content": [block]}, st.sampled_from([_image, _document])),
    st.builds(
        lambda effort: {"role": "system", "content": [], "output_config": {"effort": effort}},
        st.sampled_from(_EFFORTS),
    ),
)
bodies = st.fixed_dictionaries(
    {
        "model": st.sampled_from(_MODELS),
        "max_tokens": st.just(9),
        "messages": st.builds(
            lambda words, turns: [{"role": "user", "content": words}, *turns], _prompts, st.lists(_turns, max_size=3)
        ),
    },
    optional={
        "tools": st.lists(
            st.sampled_from([{"name": name, "input_schema": {}} for name in _TOOLS])
            | st.just({"type": "web_search_20250305", "name": "web_search"}),
            max_size=4,
        ),
        "thinking": st.sampled_from([{"type": "adaptive"}, {"type": "enabled"}, {"type": "disabled"}]),
        "output_config": st.builds(lambda effort: {"effort": effort}, st.sampled_from(_EFFORTS)),
        "stop_sequences": st.just(["</block>"]),
    },
)
client_headers = st.fixed_dictionaries(
    {},
    optional={
        "x-claude-code-agent-id": st.just("1"),
        "x-team": st.sampled_from(_VALUES),
        "x-b": st.sampled_from(_VALUES),
        "user-agent": st.just("claude-cli/2"),
    },
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 14), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
