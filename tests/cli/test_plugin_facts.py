import pytest

from cgb import PluginError
from cgb.config import Config
from cgb_cli.plugin_facts import _metadata, facts


async def test_a_plugin_that_is_not_enabled():
    told = await facts("hello", Config(file={"plugins": "model-map"}))
    assert (told.plugin.name, told.version) == ("hello", "0.1.0")
    assert told.hooks == {"describe_settings": (False, ""), "rewrite_request": (False, "")}
    assert [one.name for one in told.settings] == ["sentence"]
    assert (told.transport, told.models, told.problems) == (False, [], [])


async def test_a_transport_and_the_models_it_knows(echo):
    told = await facts(echo, Config(environ={"CGB_ECHO_KEY": "false"}, file={"plugins": f"{echo},gemini"}))
    assert told.transport
    assert [one.text for one in told.missing] == ["there is no key"]
    assert told.hooks["open_transport"] == (True, "1 of 2")
    listing = await facts("gemini", Config(file={"plugins": "gemini"}))
    assert "gemini-pro-latest" in [model.id for model in listing.models]


async def test_models_of_its_own():
    table = {"models": [{"id": "deep", "to": "gemini/x"}]}
    told = await facts("routing", Config(file={"plugin": {"routing": table}}))
    assert [model.id for model in told.models] == ["deep", "claude-deep"]


async def test_a_list_that_is_wrong_hides_not_the_plugin():
    told = await facts("hello", Config(file={"plugins": "gemni"}))
    assert told.hooks["rewrite_request"] == (False, "")
    assert [str(one) for one in told.problems] == [
        *(text for text in map(str, told.problems) if "no installed plugin 'gemni'" in text)
    ]
    assert told.problems


async def test_a_plugin_that_does_not_load_is_refused(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("1 / 0")
    with pytest.raises(PluginError, match="does not load"):
        await facts(str(path), Config())


async def test_a_file_of_the_list_is_imported_once(tmp_path):
    path = tmp_path / "counted.py"
    path.write_text(
        "from pathlib import Path\nfrom cgb import hookimpl\n"
        "with Path(__file__).with_suffix('.txt').open('a') as file: file.write('x')\n"
        "@hookimpl\ndef list_models(): return []\n"
    )
    await facts(str(path), Config(file={"plugins": str(path)}))
    assert path.with_suffix(".txt").read_text() == "x"


@pytest.mark.parametrize(
    ("lines", "page"),
    [
        ("", ""),
        ("Home-page: https://a\nProject-URL: Homepage, https://b\n", "https://b"),
        ("Home-page: https://a\n", "https://a"),
        ("Project-URL: Changelog, https://c\nProject-URL: Source, https://s\n", "https://s"),
        ("Project-URL: Changelog, https://c\n", ""),
    ],
)
def test_the_home_page(tmp_path, monkeypatch, lines, page):
    info = tmp_path / "cgb_paged-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: cgb-paged\nVersion: 1.2\n{lines}")
    monkeypatch.syspath_prepend(tmp_path)
    assert _metadata("cgb-paged") == ("1.2", page)


@pytest.mark.parametrize("name", ["./rules.py", "cgb.testing", ""])
def test_what_is_no_distribution_has_neither(name):
    assert _metadata(name) == ("", "")
