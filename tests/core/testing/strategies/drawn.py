"""Something that a strategy draws."""

from functools import partial

from hypothesis import Phase, find, settings

some = partial(find, settings=settings(max_examples=2_000, phases=[Phase.generate]))
"""The first that meets a condition. Which it is does not matter, and to make it small takes most of the time."""
