"""What goes out before a request's body."""

import base64

import pytest

from cgb.upstream.heads import Heads
from cgb.upstream.origin import Origin

from .kit import opened, raw_server


def head(base="https://mine.example.org", path="x", method="GET", size=None, proxy=None, **headers):
    """The line, and the headers by name."""
    heads = Heads(base, Origin.of(base), Origin.of(proxy) if proxy else None)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    line, *lines = heads.head(method, path, said, size).decode().removesuffix("\r\n\r\n").split("\r\n")
    return line, dict(one.split(": ", 1) for one in lines)


def basic(user):
    return f"Basic {base64.b64encode(user.encode()).decode()}"


def test_a_request():
    line, headers = head(method="POST", size=2, content_type="application/json")

    assert line == "POST /x HTTP/1.1"
    assert headers == {
        "host": "mine.example.org",
        "content-type": "application/json",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "user-agent": "claude-gemini-bridge",
        "content-length": "2",
    }


@pytest.mark.parametrize(
    ("method", "size", "said"), [("GET", None, None), ("GET", 0, "0"), ("POST", None, "0"), ("POST", 7, "7")]
)
def test_how_much_follows(method, size, said):
    """A POST without a length is refused by servers, Google's among them (411)."""
    assert head(method=method, size=size)[1].get("content-length") == said


def test_a_requests_own_headers_replace_ours():
    headers = head(user_agent="theirs", accept="text/event-stream", accept_encoding="identity", host="another")[1]

    assert headers == {
        "host": "another",
        "user-agent": "theirs",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
    }


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("models?pageSize=1&q=a+b;c", "models?pageSize=1&q=a+b;c"),
        ("models/m:streamGenerateContent?alt=sse", "models/m:streamGenerateContent?alt=sse"),
        ("a%2Fb%zz", "a%2Fb%zz"),
        ("~a-b_c.d,e!f$g'h(i)j*k=l@m", "~a-b_c.d,e!f$g'h(i)j*k=l@m"),
        ("a b", "a%20b"),
        ("a\r\nb: c", "a%0D%0Ab:%20c"),
        ("ä", "%C3%A4"),
        ('"<>\\^`{|}#[]', "%22%3C%3E%5C%5E%60%7B%7C%7D%23%5B%5D"),
        ("\x00\x7f", "%00%7F"),
    ],
)
def test_a_path_is_quoted_where_it_must_be_and_left_alone_else(path, target):
    assert head(path=path)[0] == f"GET /{target} HTTP/1.1"


@pytest.mark.parametrize("end", ["", "/"])
def test_a_base_is_quoted_like_a_path(end):
    assert head(f"https://a.example/a b/%20ä{end}")[0] == "GET /a%20b/%20%C3%A4/x HTTP/1.1"


@pytest.mark.parametrize(
    ("base", "host"),
    [
        ("https://a.example", "a.example"),
        ("https://a.example:443", "a.example"),
        ("https://a.example:80", "a.example:80"),
        ("http://A.example:8080/v1/", "a.example:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://[::1]", "[::1]"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://user:secret@a.example", "a.example"),
    ],
)
def test_the_host(base, host):
    assert head(base)[1]["host"] == host


def test_who_stands_in_the_address_and_who_replaces_them():
    base = "https://me:p%40ss%3A%C3%A4@a.example"

    assert head(base)[1]["authorization"] == basic("me:p@ss:ä")
    assert head(base, authorization="Bearer t")[1]["authorization"] == "Bearer t"
    assert head("https://me@a.example")[1]["authorization"] == basic("me:")


def test_a_proxy_is_told_where_to_go_and_who_asks():
    line, headers = head("http://a.example:8080/v1", proxy="http://me:secret@proxy:3128")

    assert line == "GET http://a.example:8080/v1/x HTTP/1.1"
    assert headers["proxy-authorization"] == basic("me:secret")
    assert headers["host"] == "a.example:8080"


def test_who_asks_a_proxy_is_not_told_to_the_server():
    line, headers = head("https://a.example/v1", proxy="http://me:secret@proxy:3128")

    assert line == "GET /v1/x HTTP/1.1"
    assert "proxy-authorization" not in headers


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "a\r\nb: c"])
async def test_a_header_with_a_line_break_is_refused_before_anything_is_sent(broken):
    async with raw_server() as server, opened(server.url) as upstream:
        with pytest.raises(ValueError, match=r"^the header 'x-key' of a request has a line break") as caught:
            upstream.request("GET", "x", headers={"x-key": f"secret{broken}"})
        with pytest.raises(ValueError, match="line break"):
            upstream.request("GET", "x", headers={f"x{broken}": "secret"})

    assert server.connections == 0
    assert "secret" not in str(caught.value)


def test_each_request_says_its_own():
    """What is the same is kept from one to the next."""
    heads = Heads("https://a.example", Origin.of("https://a.example"), None)

    def said(path="x", size=1, **headers):
        return heads.head("POST", path, headers, size)

    assert said() == said()
    assert said(size=23) == said().replace(b"content-length: 1\r\n", b"content-length: 23\r\n")
    assert said(path="y") == said().replace(b"/x ", b"/y ")
    assert b"\r\nb: 2\r\n" in said(b="2")
    assert b"\r\nb: 3\r\n" in said(b="3")
    assert b"\r\nb: " not in said()


def test_how_much_follows_is_said_once():
    heads = Heads("https://a.example", Origin.of("https://a.example"), None)

    assert heads.head("POST", "x", {"content-length": "9"}, 2).count(b"content-length: ") == 1
