"""The routes that a request may go, in order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from cgb import MessagesRequest, Route


def candidates(request: MessagesRequest, route: Route, configured: Mapping[str, Sequence[str]]) -> tuple[Route, ...]:
    """The route, its own fallbacks and theirs, then those configured for it; each once, and without fallbacks.

    Args:
        request: what is to be sent.
        route: the one that was chosen for it.
        configured: patterns of routes or of the client's models, each with the models to fall back to.
    """
    if not (route.fallbacks or configured):
        return (route,)
    found: list[Route] = []
    for one in (*_flat(route), *_configured(request, route, configured)):
        if not any(_is_same(one, other) for other in found):
            found.append(one)
    return tuple(found)


def _flat(route: Route) -> Iterator[Route]:
    yield replace(route, fallbacks=()) if route.fallbacks else route
    for fallback in route.fallbacks:
        yield from _flat(fallback)


def _configured(request: MessagesRequest, route: Route, configured: Mapping[str, Sequence[str]]) -> Iterator[Route]:
    for pattern, models in configured.items():
        if fnmatchcase(str(route), pattern) or fnmatchcase(request.model, pattern):
            for model in models:
                transport, slash, name = model.partition("/")
                why = f"plugin.fallback.routes: {pattern}"
                yield Route(transport, name, why=why) if slash else Route(route.transport, model, why=why)
            return


def _is_same(one: Route, other: Route) -> bool:
    """Whether they lead to the same in the same way, whichever rule says so."""
    return replace(one, why="") == replace(other, why="")
