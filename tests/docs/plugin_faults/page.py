"""The page on order and failure: the two rules, and what comes of every fault as tables."""

import ast

from .faults import FAULTS, GROUPS, Fault, Kind
from .served import BROKEN

INTRODUCTION = '''\
# Order and failure

Two rules say all of what happens between plugins.

1. **Order:** requests go down the list of plugins, answers come back up it, and whoever decides is asked last-listed
   first. There is no other order: a hook that asks for `tryfirst` or `trylast` is refused.
2. **Failure:** a hook that shapes an answer fails the request, and the error names plugin, hook and distribution; a
   hook that only watches can neither delay nor break anything.

## Order

With `--plugins default,one,two` a request comes to `one` before `two`, and its answer to `two` before `one`:

```python
from types import SimpleNamespace

from cgb import Route, TextDelta, hookimpl
from cgb.testing import ScriptedTransport, ask


def plugin(name):
    """A plugin that leaves its name wherever it can."""

    @hookimpl
    def rewrite_request(request):
        return request.with_(way=(*request.get("way", ()), name))

    @hookimpl
    def choose_route(request):
        return Route("scripted", f"the choice of {name}")

    @hookimpl
    async def transform_stream(events):
        async for event in events:
            yield TextDelta(event.index, f"{event.text} {name}") if isinstance(event, TextDelta) else event

    return SimpleNamespace(
        __name__=name, rewrite_request=rewrite_request, choose_route=choose_route, transform_stream=transform_stream
    )


upstream = ScriptedTransport("Hello")
asked = ask("Hi", [upstream, plugin("one"), plugin("two")])

assert upstream.requests[0].request.get("way") == ("one", "two")  # down the list
assert asked.message.content[0].text == "Hello two one"  # and back up it
assert upstream.requests[0].route.model == "the choice of two"  # the last listed decides
```

| hook | order | so the plugin listed last |
|---|---|---|
| `rewrite_request`, `fit_request` | down the list | sees what all others have made of the request |
| `choose_route`, `list_models` | up the list, until somebody answers | has the first say |
| `wrap_transport` | the last listed is outermost | sees what all other wrappers could not mend |
| `transform_stream` | up the list | is nearest upstream |
| `request_finished` | all at once | cannot tell |

A model that a plugin or its transport lists decides in that plugin's turn; one that is listed with `decides=False` only
where nobody had a route.

A wrapper may ask several times, elsewhere or not at all. Each time, `fit_request` and `transform_stream` run anew, for
the route that is tried.

## Failure

An error that a plugin means is an `ApiError`: it reaches the client as it is.

```python
from types import SimpleNamespace

import pytest

from cgb import Internal, InvalidRequest, hookimpl
from cgb.testing import ScriptedTransport, ask


@hookimpl
def rewrite_request(request):
    if request.max_tokens > 1_000_000:
        raise InvalidRequest("max_tokens: nobody writes so much.")
    return request.with_(max_tokens=request.max_tokens // request.get("share", 1))


polite = SimpleNamespace(__name__="polite", rewrite_request=rewrite_request)
request = {"model": "claude-sonnet-5", "max_tokens": 2_000_000, "messages": [{"role": "user", "content": "Hi"}]}

with pytest.raises(InvalidRequest, match="nobody writes so much"):
    ask(request, [ScriptedTransport("Hello"), polite])

with pytest.raises(Internal, match="plugin 'polite' .* is at fault: its rewrite_request raised ZeroDivisionError"):
    ask({**request, "max_tokens": 1, "share": 0}, [ScriptedTransport("Hello"), polite])
```

Anything else is a fault: 500 `api_error`, before the answer begins as an HTTP status, later as an `error` event in
the stream. What was raised is in the log, with its traceback, and not in the error: it may hold what clients should
not see.

### What takes time

- A hook that holds up the event loop for more than `[server] slow_hook_ms` (50) is named in the log, once a minute,
  and counted. What takes long belongs into `await`, or into `asyncio.to_thread`. One that does not come back at all
  is named after a second, with file and line, while everybody waits. Code that holds Python's interpreter lock
  meanwhile, such as a regular expression that backtracks for ever, can be named only afterwards.
- A hook on a request that awaits longer than `[server] hook_timeout_s` (60) fails the request. The time that an
  answer takes is upstream's, and a transport's to limit: a stream that is silent gets pings until the client leaves.
- `request_finished` runs once the last byte is out. A synchronous one has a thread of its own, and keeps neither the
  server nor Python from ending; an `async` one runs in the event loop, so it should await. It is named when it hangs
  for 10 s, and is not told of all requests while 100 wait for it.

`GET /health` tells of every plugin the requests it took part in, the seconds it spent, its errors and how often it
was slow; `GET /metrics` has the same as `cgb_plugin_requests_total`, `cgb_plugin_seconds_total`,
`cgb_plugin_errors_total`, `cgb_plugin_slow_total` and `cgb_plugin_dropped_total`. Time in request hooks is exact and
includes what they await. Time in streams is the time that the plugin's own code ran, estimated from the answers that
are watched, each of which stands for those since the one before.

### Answers that are watched

The first answer after the start, one in 256 of the others, and each one after an answer that was spoilt is watched
between all its layers: how long each ran, and which was the first to yield what may not stand there. Every answer is
read at the end of its way, so none that is spoilt passes. But only where it was watched, it is known which layer
spoilt it; where not, the error is a 502 that names all plugins that may have done it, and the next one knows.

## What comes of every fault

These {count} plugins are real: they are in `tests/docs/plugin_faults/broken`, each is served on a socket beside one
that answers, asked by the `anthropic` SDK, streamed and not, and must give what stands here; `/health` must answer,
and the server must stop, whatever they did. An error of a plugin begins with "cgb's plugin 'its-name'
(its-distribution 1.0) is at fault:", a line of the log with "plugin 'its-name' (its-distribution 1.0)"; what follows
is in the tables.

To make this page again: `uv run python -m tests.docs.plugin_faults > docs/order-and-failure.md`. Its limits are those
of the test: `hook_timeout_s` is 0.3, and 0.2 s count as hanging.
'''

_HEAD = "| the plugin | the client gets | the log says |\n|---|---|---|"
_GETS = {
    Kind.WHOLE: "the whole answer",
    Kind.SILENT: "pings, until it leaves",
    Kind.LEFT: "nothing more: it has left",
    Kind.START: "the server does not start",
    Kind.STOP: "the whole answer; the server stops all the same",
}


def page() -> str:
    """The whole page."""
    tables = (f"### {title}\n\n{_table(group)}\n" for title, group in GROUPS.items())
    return "\n".join([INTRODUCTION.replace("{count}", str(len(FAULTS))), *tables])


def _table(group: tuple[Fault, ...]) -> str:
    return "\n".join([_HEAD, *map(_row, group)])


def _row(fault: Fault) -> str:
    source = (BROKEN / f"{fault.name}.py").read_text(encoding="utf-8")
    does = (ast.get_docstring(ast.parse(source)) or "").rstrip(".")
    log = f"{fault.says}" if fault.kind is Kind.START else fault.logged or "nothing"
    return f"| {does} | {_gets(fault)} | {log} |"


def _gets(fault: Fault) -> str:
    if fault.kind not in {Kind.ERROR, Kind.EVENT}:
        return _GETS[fault.kind]
    where = ", as an event" if fault.kind is Kind.EVENT else ""
    return f"{fault.status} `{fault.type}`{where}: {fault.says.removesuffix('.')}"
