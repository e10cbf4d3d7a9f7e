import functools
import sys
from types import ModuleType, SimpleNamespace

import pytest

from cgb import PluginError, hookimpl
from cgb.plugins import Found, Plugin, check, installed, load, manager, select

HOOK = """
from cgb import hookimpl

@hookimpl
def list_models():
    return []
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install distributions that hold plugins and sets: `install("dist", plugins={"name": code}, sets={…})`."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def _install(distribution, plugins=None, sets=None, module=None):
        stem = distribution.replace("-", "_")
        lines = ["[cgb]"]
        for name, code in (plugins or {}).items():
            own = module or f"{stem}_{name.replace('-', '_')}"
            (tmp_path / f"{own}.py").write_text(code)
            made.append(own)
            lines.append(f"{name} = {own}")
        lines.append("[cgb.sets]")
        for name, members in (sets or {}).items():
            own = f"{stem}_set_{name.replace('-', '_')}"
            (tmp_path / f"{own}.py").write_text(f"MEMBERS = {members!r}\n")
            made.append(own)
            lines.append(f"{name} = {own}:MEMBERS")
        info = tmp_path / f"{stem}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text("\n".join(lines))

    yield _install
    for name in made:
        sys.modules.pop(name, None)


def refused(plugin, name="mine"):
    with pytest.raises(PluginError) as caught:
        check(Plugin(name, plugin, "here"))
    return str(caught.value)


class TestInstalled:
    def test_metadata_is_read_and_nothing_imported(self, install):
        install("cgb-traps", {"trap": "raise SystemExit"}, {"trap-set": ("trap",)})
        assert installed()["trap"] == Found("trap", "cgb_traps_trap", "cgb-traps", "1.2")
        assert installed("cgb.sets")["trap-set"].module == "cgb_traps_set_trap_set:MEMBERS"
        assert "cgb_traps_trap" not in sys.modules

    def test_the_bundled_plugins_and_the_examples_are_there(self):
        assert installed()["hello"].distribution == "cgb-hello"
        assert "default" in installed("cgb.sets")

    def test_two_plugins_of_one_name_are_refused(self, install):
        install("one", {"same": HOOK})
        install("two", {"same": HOOK})
        with pytest.raises(PluginError) as caught:
            installed()
        assert str(caught.value).startswith("two installed plugins are called 'same': one of ")
        assert str(caught.value).endswith("Uninstall one of them.")
        assert "one of one" in str(caught.value)
        assert "one of two" in str(caught.value)

    def test_two_distributions_of_one_module_are_no_harm(self, install):
        install("one", {"same": HOOK}, module="shared_module")
        install("two", {"same": HOOK}, module="shared_module")
        assert installed()["same"].module == "shared_module"


class TestSelect:
    @pytest.fixture(autouse=True)
    def some(self, install):
        names = ("pa", "pb", "pc", "my-router")
        install("cgb-some", dict.fromkeys(names, HOOK), {"sab": ("pa", "pb"), "sbc": ("pb", "pc"), "none": ()})

    @pytest.mark.parametrize(
        ("spec", "chosen"),
        [
            ("", ()),
            (" , ,", ()),
            ("pa", ("pa",)),
            ("sab", ("pa", "pb")),
            ("none,pa", ("pa",)),
            ("sab,sbc", ("pa", "pb", "pc")),
            ("sbc,sab", ("pc", "pa", "pb")),
            ("pa,pb,pa", ("pb", "pa")),
            (" sab , -pa , my-router ", ("pb", "my-router")),
            ("sab,-pb,sbc", ("pa", "pb", "pc")),
            ("sab,./rules.py,pa", ("pb", "./rules.py", "pa")),
            ("rules.py,-rules.py,pa", ("pa",)),
        ],
    )
    def test_the_grammar(self, spec, chosen):
        assert select(spec) == chosen

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ("my-routre", "there is no installed plugin 'my-routre'. Did you mean 'my-router'?"),
            ("my-router,-my-routre", "the list drops -my-routre, which is not in it. Did you mean 'my-router'?"),
            ("-pa", "the list drops -pa, which is not in it. Known: none."),
            ("pa,-sab", "the list drops -sab, which is not in it."),
        ],
    )
    def test_a_wrong_name_is_met_with_the_nearest(self, spec, message):
        with pytest.raises(PluginError) as caught:
            select(spec)
        assert str(caught.value).startswith(message)

    def test_a_set_must_name_what_is_installed(self, install):
        install("cgb-lame", sets={"lame": ("pa", "my-routre")})
        with pytest.raises(
            PluginError, match=r"^the set 'lame' names no installed plugin 'my-routre'\. Did you mean 'my-r"
        ):
            select("lame")

    @pytest.mark.parametrize("members", [["pa"], "pa", ("pa", 5)])
    def test_a_set_is_a_tuple_of_names(self, install, members):
        install("cgb-odd", sets={"odd": members})
        with pytest.raises(PluginError, match="the set 'odd' of cgb-odd is not a tuple of plugin names"):
            select("odd")

    def test_a_set_that_does_not_load_is_refused(self, install, tmp_path):
        install("cgb-bad", sets={"bad": ()})
        (tmp_path / "cgb_bad_set_bad.py").write_text("1 / 0")
        with pytest.raises(PluginError, match="plugin 'bad' does not load: ZeroDivisionError: division by zero"):
            select("bad")


class TestLoad:
    def test_installed_ones(self, install):
        install("cgb-one", {"one": HOOK})
        (plugin,) = load(["one"])
        assert (plugin.name, plugin.module.__name__, plugin.distribution) == ("one", "cgb_one_one", "cgb-one")

    def test_files(self, tmp_path):
        path = tmp_path / "my_rules.py"
        path.write_text(HOOK)
        (plugin,) = load([str(path)])
        assert (plugin.name, plugin.distribution) == ("my-rules", str(path))
        assert plugin.module.list_models() == []

    def test_two_files_of_one_stem_are_two_plugins_of_one_name(self, tmp_path):
        paths = [tmp_path / place / "rules.py" for place in "ab"]
        for path in paths:
            path.parent.mkdir()
            path.write_text(HOOK)
        with pytest.raises(PluginError, match="plugin 'rules' is not what the hooks expect"):
            manager(load(map(str, paths)))

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("1 / 0", "does not load: ZeroDivisionError: division by zero"),
            ("import nowhere_at_all", "does not load: ModuleNotFoundError: No module named 'nowhere_at_all'"),
            ("def (", "does not load: SyntaxError: "),
            ("x = 1", "implements no hook: mark its functions @hookimpl."),
        ],
    )
    def test_what_does_not_load_is_refused_in_one_line(self, install, tmp_path, code, message):
        install("cgb-bad", {"bad": code})
        (tmp_path / "bad_file.py").write_text(code)
        for name, called in (("bad", "'bad'"), (str(tmp_path / "bad_file.py"), "'")):
            with pytest.raises(PluginError) as caught:
                load([name])
            assert str(caught.value).startswith(f"plugin {called}")
            assert message in str(caught.value)
            assert "\n" not in str(caught.value)

    def test_a_file_that_is_not_there_is_refused(self):
        with pytest.raises(PluginError, match=r"there is no file '\./nowhere\.py' to load a plugin from\."):
            load(["./nowhere.py"])

    def test_nothing_but_what_is_named_is_imported(self, install):
        install("cgb-two", {"one": HOOK, "other": "raise SystemExit"})
        load(["one"])
        assert "cgb_two_other" not in sys.modules


class TestCheck:
    def test_a_plugin_as_it_should_be(self):
        @hookimpl
        def choose_route(request, settings=None):
            return None

        @hookimpl(specname="fit_request")
        async def my_fit(request, *, target, ctx):
            return request

        @hookimpl
        async def transform_stream(events, fitted):
            async for event in events:
                yield event

        helper = functools.partial(print)
        module = SimpleNamespace(choose_route=choose_route, my_fit=my_fit, transform_stream=transform_stream, x=helper)
        check(Plugin("mine", module, "here"))
        assert manager([Plugin("mine", module, "here")]).list_name_plugin() == [("mine", module)]

    def test_a_function_without_its_mark(self):
        module = SimpleNamespace(choose_route=lambda request: None)
        assert refused(module) == ("plugin 'mine': choose_route is not marked @hookimpl, so it would never be called.")

    @pytest.mark.parametrize("made", [functools.partial(print), type("choose_route", (), {}), print])
    def test_a_callable_without_its_mark(self, made):
        assert "choose_route is not marked @hookimpl" in refused(SimpleNamespace(choose_route=made))

    def test_a_marked_class(self):
        @hookimpl
        class choose_route:  # noqa: N801 - the hook's name
            pass

        assert refused(SimpleNamespace(choose_route=choose_route)) == (
            "plugin 'mine': choose_route is marked @hookimpl but is no function, so it would never be called."
        )

    def test_a_marked_object(self):
        class Callable:
            def __call__(self, request):
                return None

        made = Callable()
        hookimpl(made)
        assert "is marked @hookimpl but is no function" in refused(SimpleNamespace(choose_route=made))

    def test_a_misspelt_hook(self):
        @hookimpl
        def chose_route(request):
            return None

        message = "plugin 'mine': chose_route is no hook. Did you mean 'choose_route'?"
        assert refused(SimpleNamespace(chose_route=chose_route)) == message

    def test_a_misspelt_hook_by_its_specname(self):
        @hookimpl(specname="chose_route")
        def mine(request):
            return None

        assert "mine is no hook. Did you mean 'choose_route'?" in refused(SimpleNamespace(mine=mine))

    @pytest.mark.parametrize("option", ["tryfirst", "trylast", "wrapper", "hookwrapper"])
    def test_another_order(self, option):
        def choose_route(request):
            yield

        hookimpl(**{option: True})(choose_route)
        assert refused(SimpleNamespace(choose_route=choose_route)) == (
            "plugin 'mine': choose_route asks for tryfirst, trylast or a wrapper: "
            "the list of plugins is the only order."
        )

    def test_a_misspelt_argument(self):
        @hookimpl
        def choose_route(requst):
            return None

        message = "plugin 'mine': choose_route has no argument 'requst'. Did you mean 'request'?"
        assert refused(SimpleNamespace(choose_route=choose_route)) == message

    def test_a_misspelt_argument_with_a_default(self):
        @hookimpl
        def choose_route(request, setings=None):
            return None

        message = "choose_route has no argument 'setings'. Did you mean 'settings'?"
        assert message in refused(SimpleNamespace(choose_route=choose_route))

    def test_an_argument_of_another_hook(self):
        @hookimpl
        def choose_route(request, target):
            return None

        assert "choose_route has no argument 'target'." in refused(SimpleNamespace(choose_route=choose_route))

    def test_any_number_of_arguments(self):
        @hookimpl
        def choose_route(**given):
            return None

        assert "choose_route has no argument 'given'." in refused(SimpleNamespace(choose_route=choose_route))

    def test_an_argument_without_a_name(self):
        @hookimpl
        def choose_route(request, /):
            return None

        assert refused(SimpleNamespace(choose_route=choose_route)) == (
            "plugin 'mine': choose_route takes 'request' by place only: arguments come by name."
        )

    def test_a_stream_stage_that_is_no_async_generator(self):
        @hookimpl
        async def transform_stream(events):
            return events

        def plain(events):
            return events

        for made in (transform_stream, hookimpl(specname="transform_stream")(plain)):
            assert "must be an async generator: `async def` with a `yield` in it." in refused(
                SimpleNamespace(**{made.__name__: made})
            )

    def test_a_plugin_without_hooks(self):
        assert refused(ModuleType("empty")) == "plugin 'mine' implements no hook: mark its functions @hookimpl."

    def test_what_pluggy_finds_besides_is_a_plugin_error_too(self):
        @hookimpl
        def choose_route(nothing):
            return None

        with pytest.raises(PluginError, match="plugin 'mine' is not what the hooks expect"):
            manager([Plugin("mine", SimpleNamespace(choose_route=choose_route), "here")])
