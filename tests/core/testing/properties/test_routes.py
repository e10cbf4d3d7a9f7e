import pytest

from cgb import Model, Route

CHOOSES = "any request gets a route or None"
LISTS = "each model has an id of its own and a route"


def test_a_route_or_none_will_do(passes):
    async def choose_route(request):
        return Route("gemini", "flash", (Route("gemini", "pro"),)) if request.tools else None

    passes(choose_route=choose_route, list_models=lambda: [Model("claude-x", Route("gemini", "flash"))])


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("gemini/flash", "it returned str where Route or None was due"),
        (Route("gemini", ""), "needs the name of a transport and of a model"),
        (Route("gemini", "flash", (Route("", "flash"),)), "needs the name of a transport and of a model"),
    ],
)
def test_what_is_no_route_is_caught(broken, chosen, said):
    assert said in broken(choose_route=lambda: chosen)[CHOOSES]


def test_a_request_that_it_trips_over_is_caught(broken):
    def choose_route(request):
        return Route("gemini", "flash") if request.messages[-1].content[0].type == "text" else None

    assert "it raised AttributeError" in broken(choose_route=choose_route)[CHOOSES]


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (["claude-x"], "listed str, which is no cgb.Model"),
        ([Model("", Route("gemini", "flash"))], "it lists the id ''"),
        ([Model("a", Route("gemini", "flash"))] * 2, "it lists the id 'a' twice"),
        ([Model("a", Route("gemini", ""))], "needs the name of a transport and of a model"),
        ([Model("a", None)], "needs the name of a transport and of a model"),
        (7, "int where Iterable was due"),
    ],
)
def test_models_that_nobody_can_pick_are_caught(broken, models, said):
    assert said in broken(list_models=lambda: models)[LISTS]
