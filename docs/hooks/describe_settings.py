"""Keep answers short: how short is a setting."""

from cgb import MessagesRequest, Settings, hookimpl


class Brevity(Settings):
    """The table `[plugin.describe-settings]` of cgb.toml, or `CGB_DESCRIBE_SETTINGS_MAX_TOKENS`."""

    max_tokens: int = 4_000


@hookimpl
def describe_settings() -> type[Settings]:
    return Brevity


@hookimpl
def rewrite_request(request: MessagesRequest, settings: Brevity) -> MessagesRequest:
    return request.with_(max_tokens=min(request.max_tokens or settings.max_tokens, settings.max_tokens))
