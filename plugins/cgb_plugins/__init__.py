"""The bundled plugins, and the sets they come in."""

DEFAULT = ("tidy-request", "model-map", "tool-schema", "gemini", "stream-repair", "fallback")
"""What `--plugins default` means, in the order a request meets them."""
