"""Where a text goes on that was broken off, when the model repeats some of what it had said."""

from itertools import takewhile

_TELLING = 12
_TELLING_WHOLE = 3
_ANEW = 30


def overlap(shown: str, said: str) -> int:
    """How many characters at the beginning of `said` only repeat the end of `shown`.

    Cut is only what cannot well be meant: at least a dozen letters and digits, and no repetition of something
    shorter, such as the rows of a table or closing braces. A repetition of the whole of `shown` is the model
    beginning anew, and needs less to be taken for one.
    """
    size = _longest_border(said[: len(shown)], shown)
    least = _TELLING_WHOLE if size == len(shown) else _TELLING
    return size if _letters(said[:size]) >= least and not _is_repetition(said[:size]) else 0


def is_open(shown: str, said: str) -> bool:
    """Whether more of what is said could make a longer overlap."""
    return said in shown


def begins_anew(shown: str, said: str) -> bool:
    """Whether the model began its answer anew but in the end says it differently: no place to go on from."""
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(shown, said, strict=False)))
    return common < len(shown) and _letters(shown[:common]) >= _ANEW


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_repetition(text: str) -> bool:
    borders = _borders(text)
    return bool(borders) and 2 * (len(text) - borders[-1]) <= len(text)


def _longest_border(said: str, shown: str) -> int:
    """The longest beginning of `said` that is an end of `shown`."""
    borders, size = _borders(said), 0
    for character in shown[-len(said) :] if said else "":
        while size and (size == len(said) or said[size] != character):
            size = borders[size - 1]
        size += said[size] == character
    return size


def _borders(text: str) -> list[int]:
    """For each beginning of a text, its longest proper beginning that is also its end (Knuth, Morris, Pratt)."""
    borders, size = [0] * len(text), 0
    for place in range(1, len(text)):
        while size and text[size] != text[place]:
            size = borders[size - 1]
        size += text[size] == text[place]
        borders[place] = size
    return borders
