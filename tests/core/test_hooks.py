import inspect

import pytest

from cgb import hookimpl
from cgb.hooks import HOOKS, Hooks


def test_the_hooks_in_the_order_a_request_meets_them():
    assert HOOKS == (
        "describe_settings",
        "open_transport",
        "wrap_transport",
        "list_models",
        "rewrite_request",
        "choose_route",
        "fit_request",
        "transform_stream",
        "request_finished",
    )


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_says_when_it_is_called(hook):
    assert inspect.getdoc(getattr(Hooks, hook)).startswith(("At start: ", "On each ", "After the last byte: "))


@pytest.mark.parametrize("hook", HOOKS[1:])
def test_each_hook_gets_its_plugins_settings_last(hook):
    assert list(inspect.signature(getattr(Hooks, hook)).parameters)[-1] == "settings"


def test_the_mark_is_cgbs_own():
    @hookimpl
    def choose_route(request):
        return None

    assert choose_route.cgb_impl["specname"] is None
