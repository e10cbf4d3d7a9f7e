"""Greet: one extra sentence in every system prompt."""

from cgb import MessagesRequest, Settings, TextBlock, hookimpl


class Hello(Settings):
    """The table `[plugin.hello]`."""

    sentence: str = "Begin your answer with a friendly hello."


@hookimpl
def describe_settings() -> type[Settings]:
    return Hello


@hookimpl
def rewrite_request(request: MessagesRequest, settings: Hello) -> MessagesRequest:
    return request.with_(system=(*request.system_blocks, TextBlock(text=settings.sentence)))
