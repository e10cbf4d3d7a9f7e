import functools
from contextlib import asynccontextmanager, contextmanager
from types import ModuleType, SimpleNamespace

import pytest

from cgb import PluginError, hookimpl
from cgb.plugins import Plugin, check, manager


def refused(plugin, name="mine"):
    with pytest.raises(PluginError) as caught:
        check(Plugin(name, plugin, "here"))
    return str(caught.value)


def test_a_plugin_as_it_should_be():
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


def test_a_function_without_its_mark():
    module = SimpleNamespace(choose_route=lambda request: None)
    assert refused(module) == (
        "plugin 'mine' (here): choose_route is not marked @hookimpl, so it would never be called."
    )


@pytest.mark.parametrize("made", [functools.partial(print), type("choose_route", (), {}), print])
def test_a_callable_without_its_mark(made):
    assert "choose_route is not marked @hookimpl" in refused(SimpleNamespace(choose_route=made))


def test_a_marked_class():
    @hookimpl
    class choose_route:  # noqa: N801 - the hook's name
        pass

    assert refused(SimpleNamespace(choose_route=choose_route)) == (
        "plugin 'mine' (here): choose_route is marked @hookimpl but is no function, so it would never be called."
    )


def test_a_marked_object():
    class Callable:
        def __call__(self, request):
            return None

    made = Callable()
    hookimpl(made)
    assert "is marked @hookimpl but is no function" in refused(SimpleNamespace(choose_route=made))


def test_a_misspelt_hook():
    @hookimpl
    def chose_route(request):
        return None

    message = "plugin 'mine' (here): chose_route is no hook. Did you mean 'choose_route'?"
    assert refused(SimpleNamespace(chose_route=chose_route)) == message


def test_a_misspelt_hook_by_its_specname():
    @hookimpl(specname="chose_route")
    def mine(request):
        return None

    assert "mine is no hook. Did you mean 'choose_route'?" in refused(SimpleNamespace(mine=mine))


@pytest.mark.parametrize("option", ["tryfirst", "trylast", "wrapper", "hookwrapper"])
def test_another_order(option):
    def choose_route(request):
        yield

    hookimpl(**{option: True})(choose_route)
    assert refused(SimpleNamespace(choose_route=choose_route)) == (
        "plugin 'mine' (here): choose_route asks for tryfirst, trylast or a wrapper: "
        "the list of plugins is the only order."
    )


def test_a_misspelt_argument():
    @hookimpl
    def choose_route(requst):
        return None

    message = "plugin 'mine' (here): choose_route has no argument 'requst'. Did you mean 'request'?"
    assert refused(SimpleNamespace(choose_route=choose_route)) == message


def test_a_misspelt_argument_with_a_default():
    @hookimpl
    def choose_route(request, setings=None):
        return None

    message = "choose_route has no argument 'setings'. Did you mean 'settings'?"
    assert message in refused(SimpleNamespace(choose_route=choose_route))


def test_an_argument_of_another_hook():
    @hookimpl
    def choose_route(request, target):
        return None

    assert "choose_route has no argument 'target'." in refused(SimpleNamespace(choose_route=choose_route))


def test_any_number_of_arguments():
    @hookimpl
    def choose_route(**given):
        return None

    assert "choose_route has no argument 'given'." in refused(SimpleNamespace(choose_route=choose_route))


def test_an_argument_without_a_name():
    @hookimpl
    def choose_route(request, /):
        return None

    assert refused(SimpleNamespace(choose_route=choose_route)) == (
        "plugin 'mine' (here): choose_route takes 'request' by place only: arguments come by name."
    )


def test_a_stream_stage_that_is_no_async_generator():
    @hookimpl
    async def transform_stream(events):
        return events

    def plain(events):
        yield events

    for made in (transform_stream, hookimpl(specname="transform_stream")(plain)):
        assert "must be an async generator: `async def` with a `yield` in it." in refused(
            SimpleNamespace(**{made.__name__: made})
        )


def test_a_stream_stage_may_hand_on_what_it_was_given():
    check(Plugin("mine", stage("transform_stream", "def"), "here"))


def test_a_plugin_without_hooks():
    assert refused(ModuleType("empty")) == "plugin 'mine' (here) implements no hook: mark its functions @hookimpl."


def stage(hook, kind, decorate=lambda function: function):
    """A plugin whose stage for that hook is a function of that kind, made anew: a mark stays."""

    async def waits():
        return None

    async def streams():
        yield None

    def generates():
        yield None

    def returns():
        return None

    made = {"async def": waits, "async generator": streams, "generator": generates, "def": returns}[kind]
    return SimpleNamespace(stage=hookimpl(specname=hook)(decorate(made)))


@pytest.mark.parametrize("hook", ["describe_settings", "wrap_transport", "list_models"])
@pytest.mark.parametrize("kind", ["async def", "async generator"])
def test_a_stage_at_start_that_would_have_to_be_awaited(hook, kind):
    assert refused(stage(hook, kind)) == (
        "plugin 'mine' (here): stage must be a plain `def`: it is called at start, where nothing is awaited."
    )


@pytest.mark.parametrize("hook", ["rewrite_request", "choose_route", "fit_request", "request_finished"])
@pytest.mark.parametrize("kind", ["generator", "async generator"])
def test_a_stage_that_yields_where_a_value_is_due(hook, kind):
    assert refused(stage(hook, kind)) == (
        "plugin 'mine' (here): stage has a `yield` in it, so calling it would do nothing: let it `return`."
    )


@pytest.mark.parametrize("hook", ["describe_settings", "wrap_transport"])
def test_a_stage_at_start_that_yields_where_a_value_is_due(hook):
    assert "has a `yield` in it" in refused(stage(hook, "generator"))


def test_models_may_be_yielded():
    check(Plugin("mine", stage("list_models", "generator"), "here"))


def test_a_transport_is_opened_by_an_async_context_manager():
    check(Plugin("mine", stage("open_transport", "async generator", asynccontextmanager), "here"))
    check(Plugin("mine", stage("open_transport", "def"), "here"))


def test_an_open_transport_without_its_decorator():
    assert refused(stage("open_transport", "async generator")) == (
        "plugin 'mine' (here): stage lacks `@asynccontextmanager` between @hookimpl and `async def`."
    )


@pytest.mark.parametrize(
    ("kind", "decorate"),
    [
        ("async def", lambda function: function),
        ("async def", asynccontextmanager),
        ("generator", lambda function: function),
        ("generator", contextmanager),
    ],
)
def test_an_open_transport_that_is_no_async_context_manager(kind, decorate):
    assert refused(stage("open_transport", kind, decorate)) == (
        "plugin 'mine' (here): stage must be an async context manager: "
        "`@asynccontextmanager`, `async def`, and `yield` the transport."
    )


def test_a_hook_that_is_implemented_twice():
    """The core asks each plugin once for each hook: the other would be passed over in silence."""

    @hookimpl(specname="choose_route")
    def by_day(request):
        return None

    @hookimpl(specname="choose_route")
    def by_night(request):
        return None

    assert refused(SimpleNamespace(by_day=by_day, by_night=by_night)) == (
        "plugin 'mine' (here) implements choose_route twice: as by_day and as by_night."
    )
