"""The bundled plugins, and the sets they come in."""

DEFAULT = ("tidy-request", "model-map", "tool-schema", "gemini", "stream-repair")
"""What `--plugins default` means, in the order a request meets them."""
