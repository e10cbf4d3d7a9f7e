"""The bundled plugins, and the sets they come in."""

DEFAULT = (
    "gemini-guidance",
    "tidy-request",
    "model-map",
    "routing",
    "tool-schema",
    "gemini",
    "litellm",
    "anthropic",
    "stream-repair",
    "fallback",
)
"""What `--plugins default` means, in the order a request meets them."""

EXTRAS = ("short-circuit",)
"""What `--plugins default,extras` adds: what many want, but not everybody."""
