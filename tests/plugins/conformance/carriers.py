"""The ways to a model on which the statements are tested."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Carrier:
    """A way to a model: a transport, the model, whose service answers, and whether it is asked for whole answers."""

    transport: str
    model: str
    service: str
    label: str
    is_whole: bool = False

    def __str__(self) -> str:
        return f"{self.label}{'-whole' * self.is_whole}"


_GENERATIONS = {"2.5": "gemini-2.5-flash", "3": "gemini-3-flash-preview", "4": "gemini-4-argon"}
GPT = "openai/gpt-5-simulated"


def _made(*, whole: bool) -> list[Carrier]:
    direct = [Carrier("gemini", name, "gemini", f"gemini-{one}", whole) for one, name in _GENERATIONS.items()]
    through = [
        Carrier("litellm", f"gemini/{name}", "gemini", f"litellm-gemini-{one}", whole)
        for one, name in _GENERATIONS.items()
    ]
    return [*direct, *through, Carrier("litellm", GPT, "openai", "litellm-openai", whole)]


STREAMED = [*_made(whole=False), Carrier("anthropic", "claude-opus-5-5", "anthropic", "anthropic")]
"""Every way, asked for streams: for what does not depend on the form of the answer."""
ALL = [*STREAMED, *_made(whole=True)]


def through(*services: str, among: list[Carrier] = ALL) -> list[Carrier]:
    """The ways to these services."""
    return [one for one in among if one.service in services]


GOOGLE = through("gemini")
CONVERTED = through("gemini", "openai")
"""All but the Messages API itself, to which nothing is converted."""
