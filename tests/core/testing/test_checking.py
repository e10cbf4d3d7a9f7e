import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from cgb import hookimpl
from cgb.plugins import installed
from cgb.testing import check_plugin
from cgb.testing.checking import checks
from cgb.testing.subject import Subject

TOP = Path(__file__).parents[3]
EXAMPLES = 25
SETTINGS = {"split": {"to": "gemini/gemini-3-flash-preview"}}
FILES = [*sorted((TOP / "docs" / "hooks").glob("*.py")), TOP / "examples" / "rules.py"]


@pytest.mark.parametrize("name", sorted(installed()))
def test_every_plugin_of_this_repository_passes(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where tape writes
    check_plugin(name, settings=SETTINGS.get(name), keeps_prefix=True, examples=EXAMPLES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_example_of_the_documentation_passes(path):
    check_plugin(path, examples=EXAMPLES)


@pytest.mark.parametrize("name", ["stream-repair", "fallback"])
def test_whoever_mends_answers_leaves_whole_ones_alone(name):
    check_plugin(name, transparent=True, examples=EXAMPLES)


def nothing(request):
    return None


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        ("nobody", "no installed plugin 'nobody'"),
        ("split", "plugin.split.to: Field required. Say in `settings`"),
        (SimpleNamespace(__name__="unmarked", rewrite_request=lambda request: request), "not marked @hookimpl"),
        (
            SimpleNamespace(__name__="forgetful", rewrite_request=hookimpl(nothing)),
            "a valid request stays valid: does not hold.\n  it returned NoneType where MessagesRequest",
        ),
    ],
)
def test_what_does_not_hold_is_one_error_that_names_it(plugin, said):
    with pytest.raises(AssertionError) as caught:
        check_plugin(plugin, examples=5)
    assert said in str(caught.value)


def test_what_a_plugin_raised_is_the_cause():
    def rewrite_request(request):
        raise KeyError("x")

    with pytest.raises(AssertionError) as caught:
        check_plugin(SimpleNamespace(__name__="raising", rewrite_request=hookimpl(rewrite_request)), examples=5)
    assert isinstance(caught.value.__cause__, KeyError)


async def test_it_can_be_called_where_an_event_loop_runs():
    before = threading.active_count()
    check_plugin("hello", examples=2)
    assert threading.active_count() <= before + 1


def test_each_property_is_told_as_it_is_tried():
    found = list(checks(Subject.of("hello"), 2))
    assert {one.hook for one in found} == {"rewrite_request"}
    assert [str(one) for one in found][:1] == ["plugin 'hello': rewrite_request: a valid request stays valid"]


def test_without_hypothesis_it_says_how_to_get_it():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from cgb.testing import ask, check_plugin\n"
        "try: check_plugin('hello')\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "the property suite needs hypothesis: pip install 'claude-gemini-bridge[testing]'\n"
