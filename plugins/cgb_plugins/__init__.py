"""The bundled plugins, and the sets they come in."""

DEFAULT = (
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
