"""Titles and page summaries go to the cheapest model, everything else where the other plugins send it."""

from cgb import Context, Route, hookimpl


@hookimpl
def choose_route(ctx: Context) -> Route | None:
    if ctx.kind in {"title", "web_fetch"}:
        return Route("gemini", "gemini-flash-lite-latest", why=f"a {ctx.kind} is a small matter")
    return None
