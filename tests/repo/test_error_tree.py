"""The tree drawn in cgb.errors is the tree there is."""

from cgb import CgbError, errors


def drawn(kind, before=""):
    """The lines of a class's subclasses, as a tree."""
    subclasses = [one for one in kind.__subclasses__() if one.__module__ == errors.__name__]
    for one in subclasses:
        is_last = one is subclasses[-1]
        yield f"{before}{'└── ' if is_last else '├── '}{one.__name__}"
        yield from drawn(one, before + ("    " if is_last else "│   "))


def test_the_docstring_draws_the_classes():
    assert errors.__doc__.strip().splitlines()[2:] == ["CgbError", *drawn(CgbError)]
