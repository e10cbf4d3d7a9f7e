"""Sources."""

from cgb_plugins.litellm.sources import sources


def test_each_page_once():
    cited = [{"url_citation": {"url": "http://a", "title": "A"}}] * 2 + [{"url_citation": {"url": "http://b"}}, {}]

    assert sources(cited) == "\n\nSources:\n- [A](http://a)\n- [http://b](http://b)"
    assert sources([{}]) == ""
