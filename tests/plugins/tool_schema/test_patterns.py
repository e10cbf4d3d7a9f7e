import pytest

from cgb_plugins.tool_schema.patterns import readable


@pytest.mark.parametrize(
    "pattern",
    [
        *("^[a-z]+$", "", r"^\p{Lu}\P{L}\pN$", r"(?<year>\d{4})", r"(?P<year>\d{4})", r"^[^\s/]+/\u0041$", r"a\/b"),
        *("(?i)yes|no", "[[a]", r"\\1", "a{2,1000}", "^x-"),
    ],
)
def test_reads_what_re2_reads(pattern):
    assert readable(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?<!a)b", "(?<=a)b", "(?=a)", "(?!a).*", r"(a)\1", "(?P<n>a)(?P=n)", "[", "(", "*a", "a{1001}"),
        *("(?>a)", "a++", "a{99999999999999999999}", "(" * 2000),
    ],
)
def test_refuses_the_rest(pattern):
    assert not readable(pattern)
