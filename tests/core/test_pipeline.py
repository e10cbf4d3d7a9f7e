import asyncio
import functools
from contextlib import aclosing, asynccontextmanager
from types import SimpleNamespace

import pytest

from cgb import (
    ApiError,
    ConfigError,
    Context,
    Internal,
    InvalidRequest,
    MessageStop,
    Model,
    NotFound,
    Overloaded,
    PluginError,
    Route,
    Settings,
    Target,
    TextDelta,
    Transport,
    TransportWrapper,
    UnusableAnswer,
    hookimpl,
)
from cgb.config import Config
from cgb.exchange import Exchange
from cgb.isolation.watch import WATCHED
from cgb.testing import ScriptedTransport, aask, ask, opened, plugin_of, request_of, text_answer


def plugin(name, **hooks):
    """A plugin of these functions."""
    marked = {hook: hookimpl(function) for hook, function in hooks.items()}
    return SimpleNamespace(__name__=name, **marked)


def bringing(name, transport):
    """A plugin that opens a transport, and leaves routes to others."""

    @asynccontextmanager
    async def open_transport():
        yield transport

    return plugin(name, open_transport=open_transport)


def appending(name, text):
    """A plugin whose stages each leave their mark."""

    def rewrite_request(request):
        return request.with_(mark=request.get("mark", "") + text)

    def fit_request(request):
        return request.with_(fit=request.get("fit", "") + text)

    async def transform_stream(events):
        async for event in events:
            yield TextDelta(event.index, event.text + text) if isinstance(event, TextDelta) else event

    return plugin(name, rewrite_request=rewrite_request, fit_request=fit_request, transform_stream=transform_stream)


def to(transport, model="m", **more):
    return lambda request: Route(transport, model, **more)


def no_models():
    return []


class TestOrder:
    def test_requests_go_down_the_list_and_answers_come_back_up(self):
        transport = ScriptedTransport("0")
        asked = ask("Hello", [transport, appending("one", "1"), appending("two", "2"), appending("three", "3")])
        assert transport.requests[0].request.get("mark") == "123"
        assert transport.requests[0].request.get("fit") == "123"
        assert asked.message.content[0].text == "0321"

    def test_the_last_listed_is_asked_first_for_a_route(self):
        transport = ScriptedTransport("Hi.")
        deciders = [
            plugin("one", choose_route=to("scripted", "first")),
            plugin("two", choose_route=to("scripted", "second")),
            plugin("three", choose_route=lambda request: None),
        ]
        ask("Hello", [transport, *deciders])
        assert transport.requests[0].route.model == "second"

    def test_a_route_may_be_awaited(self):
        async def choose_route(request):
            await asyncio.sleep(0)
            return Route("scripted", "late")

        transport = ScriptedTransport("Hi.")
        ask("Hello", [transport, plugin("one", choose_route=choose_route)])
        assert transport.requests[0].route.model == "late"

    def test_the_last_listed_wrapper_is_outermost(self):
        seen = []

        def wrapping(name):
            class Noting(TransportWrapper):
                async def send(self, request, route, ctx):
                    seen.append(name)
                    async with aclosing(self.inner.send(request, route, ctx)) as events:
                        async for event in events:
                            yield event

            return plugin(name, wrap_transport=lambda transport: Noting(transport))

        ask("Hello", [ScriptedTransport("Hi."), wrapping("one"), wrapping("two")])
        assert seen == ["two", "one"]

    def test_each_attempt_is_fitted_for_its_route_and_transformed(self):
        class Again(TransportWrapper):
            async def send(self, request, route, ctx):
                try:
                    async for event in self.inner.send(request, route, ctx):
                        yield event
                except Overloaded:
                    async with aclosing(self.inner.send(request, Route("other", "m2"), ctx)) as events:
                        async for event in events:
                            yield event

        def fit_request(request, route, target):
            return request.with_(max_tokens=target.output_tokens, seen=f"{request.get('seen', '')}{route}")

        first = ScriptedTransport(Overloaded("No room."), target=Target(output_tokens=1))
        second = ScriptedTransport("Hi.", target=Target(output_tokens=2))
        plugins = [
            first,
            bringing("other", second),
            plugin("fit", fit_request=fit_request),
            plugin("again", wrap_transport=lambda transport: Again(transport)),
            appending("mark", "!"),
        ]
        asked = ask("Hello", plugins)
        assert [first.requests[0].request.max_tokens, second.requests[0].request.max_tokens] == [1, 2]
        assert second.requests[0].request.get("seen") == "other/m2"
        assert asked.message.content[0].text == "Hi.!"
        assert [str(route) for route in asked.record.routes] == ["scripted/claude-sonnet-5", "other/m2"]

    def test_a_stream_stage_knows_what_was_asked_and_what_was_sent(self):
        seen = {}

        async def transform_stream(events, request, fitted, route, target, ctx):
            seen.update(request=request, fitted=fitted, route=route, target=target, plugin=ctx.plugin)
            async for event in events:
                yield event

        transport = ScriptedTransport("Hi.", target=Target(output_tokens=7))
        stages = [appending("mark", "x"), plugin("last", transform_stream=transform_stream)]
        ask("Hello", [transport, *stages])
        assert (seen["request"].get("mark"), seen["request"].get("fit")) == ("x", None)
        assert seen["fitted"].get("fit") == "x"
        assert (seen["route"], seen["target"].output_tokens) == (transport.requests[0].route, 7)
        assert seen["plugin"] == "last"


class TestRoutes:
    def test_without_a_route_the_nearest_models_are_named(self):
        listing = plugin("list", list_models=lambda: [Model(f"claude-{n}", Route("a", "m")) for n in "abc"])
        with pytest.raises(NotFound) as caught:
            ask({"model": "claude-aa", "messages": [{"role": "user", "content": "x"}]}, [listing])
        assert caught.value.message.startswith(
            "no plugin has a route for the model 'claude-aa'. The nearest known models: "
        )
        assert "claude-a" in caught.value.message
        with pytest.raises(NotFound, match=r"^no plugin has a route for the model 'claude-sonnet-5'\.$"):
            ask("Hello", [plugin("none", choose_route=lambda request: None)])

    def test_a_route_to_nowhere_is_explained(self):
        with pytest.raises(NotFound) as caught:
            ask("Hello", [ScriptedTransport(), plugin("lost", choose_route=to("nowhere"))])
        assert caught.value.message == (
            "the route nowhere/m leads to a transport that no plugin opened. Known transports: scripted. Add the "
            "plugin 'nowhere' to --plugins, or change the route."
        )
        with pytest.raises(NotFound, match="Known transports: none"):
            ask("Hello", [plugin("lost", choose_route=to("nowhere"))])

    def test_picking_a_listed_model_takes_its_route(self):
        listed = Model("claude-sonnet-5", Route("scripted", "listed"))
        transport = ScriptedTransport("Hi.", "Hi.")
        ask("Hello", [transport, plugin("list", list_models=lambda: [listed])])
        ask(
            "Hello", [transport, plugin("list", list_models=lambda: [listed]), plugin("c", choose_route=to("scripted"))]
        )
        assert [sent.route.model for sent in transport.requests] == ["listed", "m"]

    def test_a_transports_own_models_count_as_listed_by_its_plugin(self):
        listed = Model("claude-sonnet-5", Route("scripted", "own"))
        transport = ScriptedTransport("Hi.", models=[listed])
        ask("Hello", [transport])
        assert transport.requests[0].route.model == "own"

    def test_a_model_that_does_not_decide_leads_there_if_nobody_has_another_mind(self):
        listed = Model("claude-sonnet-5", Route("own", "listed"), decides=False)
        transport = ScriptedTransport("Hi.", "Hi.", models=[listed])
        silent = plugin("silent", choose_route=lambda request: None)
        ask("Hello", [silent, bringing("own", transport)])
        ask("Hello", [plugin("rule", choose_route=to("own")), bringing("own", transport)])
        assert [sent.route.model for sent in transport.requests] == ["listed", "m"]

    def test_the_route_is_chosen_for_the_rewritten_request(self):
        def choose_route(request):
            return Route("scripted", request.model)

        transport = ScriptedTransport("Hi.")
        renaming = plugin("rename", rewrite_request=lambda request: request.with_(model="renamed"))
        ask("Hello", [transport, renaming, plugin("choose", choose_route=choose_route)])
        assert transport.requests[0].route.model == "renamed"

    def test_a_routes_parameters_are_set_before_it_is_fitted(self):
        seen = []

        def fit_request(request):
            seen.append((request.max_tokens, request.thinking.type, request.get("novel")))
            return request

        changes = {"max_tokens": 5, "thinking": {"type": "disabled"}, "novel": [1]}
        transport = ScriptedTransport("Hi.")
        ask("Hello", [transport, plugin("a", choose_route=to("scripted", set=changes), fit_request=fit_request)])
        assert seen == [(5, "disabled", [1])]
        assert transport.requests[0].request.to_wire()["messages"] == [{"role": "user", "content": "Hello"}]

    async def test_of_two_models_of_one_id_the_last_listed_counts(self):
        def listing(name):
            return plugin(name, list_models=lambda: [Model("a", Route("scripted", name)), Model(name, Route("x", "y"))])

        async with opened([ScriptedTransport(), listing("one"), listing("two")]) as pipeline:
            models = {model.id: model.route.model for model in pipeline.models()}
            assert models == {"a": "two", "one": "y", "two": "y"}
            rewritten, route = await pipeline.route(request_of("x").with_(model="a"), Context(request_of("x")))
            assert (rewritten.model, route.model) == ("a", "two")

    async def test_facts_about_a_routes_model(self):
        async with opened([ScriptedTransport(target=Target(output_tokens=9))]) as pipeline:
            assert pipeline.target(Route("scripted", "m")).output_tokens == 9
            assert pipeline.target(Route("nowhere", "m")) == Target()


class TestCounting:
    async def test_the_fitted_request_is_counted(self):
        seen = []

        class Counting(Transport):
            async def count_tokens(self, request, route, ctx):
                seen.append((request.get("fit"), ctx.plugin))
                return 12

        request = request_of("Hello")
        async with opened([Counting(), appending("one", "1")]) as pipeline:
            assert await pipeline.count_tokens(request, Context(request)) == 12
        assert seen == [("1", "scripted")]

    @pytest.mark.parametrize("counted", [None, KeyError("sesame")])
    async def test_a_transport_that_cannot_count_is_blamed(self, counted):
        class Broken(Transport):
            async def count_tokens(self, request, route, ctx):
                if counted:
                    raise counted
                return counted

        request = request_of("Hello")
        async with opened([Broken()]) as pipeline:
            with pytest.raises(
                Internal, match=r"plugin 'scripted' \(cgb.testing\) is at fault: its Transport\.count_tokens r"
            ):
                await pipeline.count_tokens(request, Context(request))


def failing(name, where, error):
    """A plugin whose stream stage fails at its start, in its midst, at its end, or when it is closed."""

    async def transform_stream(events):
        if where == "start":
            raise error
        try:
            async for event in events:
                yield event
                if where == "midst":
                    raise error
        finally:
            if where == "closing":
                raise error
        if where == "end":
            raise error

    return plugin(name, transform_stream=transform_stream)


async def pass_on(events):
    """What other stages do."""
    async for event in events:
        yield event


def passing(name):
    async def transform_stream(events):
        async for event in pass_on(events):
            yield event

    return plugin(name, transform_stream=transform_stream)


class TestBlame:
    def blamed(self, plugins):
        with pytest.raises(Internal) as caught:
            ask("Hello", plugins)
        return caught.value.message

    @pytest.mark.parametrize("where", ["start", "midst", "end", "closing"])
    @pytest.mark.parametrize("place", [1, 2, 3])
    def test_the_stream_stage_that_failed_is_blamed(self, where, place):
        plugins = [ScriptedTransport("Hi."), passing("one"), passing("two")]
        plugins.insert(place, failing("broken", where, KeyError("sesame")))
        assert self.blamed(plugins) == (
            "cgb's plugin 'broken' (cgb.testing) is at fault: its transform_stream raised KeyError; "
            "the bridge's log has the traceback."
        )

    def test_stages_of_one_code_are_told_apart(self):
        stages = [failing(name, where, KeyError()) for name, where in (("a", ""), ("b", "midst"), ("c", ""))]
        assert "plugin 'b' (cgb.testing) is at fault" in self.blamed([ScriptedTransport("Hi."), *stages])

    @pytest.mark.parametrize("before", [[], list(text_answer("m", "Hi."))[:3]])
    def test_the_transport_that_failed_is_blamed(self, before):
        plugins = [ScriptedTransport([*before, KeyError("sesame")]), passing("one"), passing("two")]
        assert self.blamed(plugins) == (
            "cgb's plugin 'scripted' (cgb.testing) is at fault: its Transport.send raised KeyError; "
            "the bridge's log has the traceback."
        )

    def test_a_transport_whose_send_hands_on_is_blamed(self):
        async def events():
            yield text_answer
            raise KeyError

        class Handing(Transport):
            def send(self, request, route, ctx):
                return events()

        assert "plugin 'scripted' (cgb.testing) is at fault: its Transport.send" in self.blamed(
            [Handing(), passing("one")]
        )

    def test_a_transport_whose_send_is_no_generator_is_blamed(self):
        class Listing(Transport):
            def send(self, request, route, ctx):
                return []

        class Failing(Transport):
            def send(self, request, route, ctx):
                raise KeyError

        for transport in (Listing(), Failing()):
            assert "plugin 'scripted' (cgb.testing) is at fault: its Transport.send" in self.blamed(
                [transport, passing("one")]
            )

    def test_what_the_transport_refuses_comes_through_every_stage(self):
        with pytest.raises(Overloaded, match="No room"):
            ask("Hello", [ScriptedTransport([*text_answer("m", "Hi."), Overloaded("No room.")]), passing("one")])

    def test_a_stage_may_catch_what_the_transport_raises(self):
        async def transform_stream(events):
            try:
                async for event in events:
                    yield event
            except Overloaded:
                for event in list(text_answer("m", "Hi."))[3:]:
                    yield event

        plugins = [ScriptedTransport([*list(text_answer("m", "Hi."))[:3], Overloaded("No room.")])]
        asked = ask("Hello", [*plugins, plugin("mend", transform_stream=transform_stream)])
        assert asked.message.content[0].text == "Hi."

    @pytest.mark.parametrize("hook", ["rewrite_request", "choose_route", "fit_request"])
    @pytest.mark.parametrize("late", [True, False])
    def test_a_request_hook_that_failed_is_blamed(self, hook, late):
        def function(request):
            raise KeyError

        async def coroutine(request):
            raise KeyError

        broken = plugin("broken", **{hook: coroutine if late else function})
        assert f"plugin 'broken' (cgb.testing) is at fault: its {hook} raised KeyError" in self.blamed(
            [ScriptedTransport(), broken]
        )

    @pytest.mark.parametrize(
        ("hook", "due"),
        [("rewrite_request", "MessagesRequest"), ("choose_route", "Route or None"), ("fit_request", "MessagesRequest")],
    )
    def test_a_request_hook_that_returns_another_thing_is_blamed(self, hook, due):
        broken = plugin("broken", **{hook: lambda request: 5})
        message = f"cgb's plugin 'broken' (cgb.testing) is at fault: its {hook} returned int where {due} was due."
        assert self.blamed([ScriptedTransport(), broken]) == message

    @pytest.mark.parametrize("place", [1, 2])
    def test_a_wrapper_that_failed_is_blamed(self, place):
        class Broken(TransportWrapper):
            async def send(self, request, route, ctx):
                async with aclosing(self.inner.send(request, route, ctx)) as events:
                    async for event in events:
                        yield event
                raise KeyError

        class Whole(TransportWrapper):
            async def send(self, request, route, ctx):
                async with aclosing(self.inner.send(request, route, ctx)) as events:
                    async for event in events:
                        yield event

        plugins = [ScriptedTransport("Hi."), plugin("whole", wrap_transport=lambda transport: Whole(transport))]
        plugins.insert(place, plugin("broken", wrap_transport=lambda transport: Broken(transport)))
        assert "plugin 'broken' (cgb.testing) is at fault: its wrap_transport raised KeyError" in self.blamed(plugins)

    @pytest.mark.parametrize(
        ("send", "how"),
        [
            (functools.partial(print), "returned NoneType where an async generator was due"),
            (lambda *given: pass_on(()), "raised TypeError"),
        ],
    )
    def test_a_wrapper_whose_send_is_no_generator_is_blamed(self, send, how):
        def wrap_transport(transport):
            wrapper = TransportWrapper(transport)
            wrapper.send = send
            return wrapper

        message = self.blamed([ScriptedTransport("Hi."), plugin("odd", wrap_transport=wrap_transport)])
        assert message.startswith(f"cgb's plugin 'odd' (cgb.testing) is at fault: its wrap_transport {how}")

    def test_a_plugin_may_refuse_a_request_in_any_hook(self):
        def refuse(request):
            raise InvalidRequest("No.")

        for hook in ("rewrite_request", "choose_route", "fit_request"):
            with pytest.raises(InvalidRequest, match=r"^No\.$"):
                ask("Hello", [ScriptedTransport(), plugin("strict", **{hook: refuse})])


class TestUnfinished:
    def test_an_empty_answer_is_unusable(self):
        with pytest.raises(UnusableAnswer, match=r"^the answer by scripted/claude-sonnet-5 was empty\.$") as caught:
            ask("Hello", [ScriptedTransport(())])
        assert caught.value.kind == "empty"

    def test_an_answer_without_its_end_is_unusable(self):
        with pytest.raises(UnusableAnswer, match="ended without message_stop") as caught:
            ask("Hello", [ScriptedTransport(list(text_answer("m", "Hi."))[:-1])])
        assert caught.value.kind == "cut"


class TestSpoilt:
    """An answer that is out of order never passes; whose fault it is, is known where the answer was watched."""

    async def outcomes(self, plugins, times):
        found = []
        async with opened(plugins) as pipeline:
            for _ in range(times):
                exchange = Exchange(pipeline, request_of("Hello"), {})
                try:
                    found.append([event async for event in exchange.events()][-1])
                except ApiError as error:
                    found.append(error)
                exchange.finish()
        return found

    async def test_where_it_was_not_watched_all_who_may_have_done_it_are_named_and_the_next_one_is(self):
        calls = []

        async def transform_stream(events):
            calls.append(1)
            async for event in events:
                if len(calls) == 1 or not isinstance(event, MessageStop):
                    yield event

        plugins = [ScriptedTransport(*["Hi."] * 3), plugin("drops", transform_stream=transform_stream), passing("ok")]
        whole, riddle, known = await self.outcomes(plugins, 3)
        assert isinstance(whole, MessageStop)
        assert (type(riddle), riddle.status, riddle.kind) == (UnusableAnswer, 502, "cut")
        assert riddle.message == (
            "the answer by scripted/claude-sonnet-5 ended without message_stop. If the transport gave it whole, one of "
            "these spoilt it: plugin 'drops' (cgb.testing), plugin 'ok' (cgb.testing)."
        )
        assert (type(known), known.message) == (
            Internal,
            (
                "cgb's plugin 'drops' (cgb.testing) is at fault: its transform_stream ended the answer without "
                "message_stop."
            ),
        )

    @pytest.mark.parametrize("stages", [0, 2])
    async def test_one_answer_of_many_is_watched(self, stages):
        watched = []

        def rewrite_request(request, ctx):
            contexts.append(ctx)
            return request

        def fit_request(request, ctx):
            watched.append(ctx.layers.watch.stands_for if ctx.layers.watch else 0)
            return request

        contexts = []
        seeing = plugin("seeing", rewrite_request=rewrite_request, fit_request=fit_request)
        times = 2 * WATCHED + 1
        plugins = [ScriptedTransport(*["Hi."] * times), seeing, *(passing(f"s{place}") for place in range(stages))]
        await self.outcomes(plugins, times)
        found = {place: answers for place, answers in enumerate(watched) if answers}
        assert found == {0: 1, WATCHED: WATCHED, 2 * WATCHED: WATCHED}
        assert all(ctx.plugin_s.keys() == {"scripted", "seeing", *(f"s{n}" for n in range(stages))} for ctx in contexts)

    async def test_a_stage_that_yields_although_it_is_closed_is_named(self, caplog):
        async def transform_stream(events):
            try:
                async for event in events:
                    yield event
            finally:
                yield MessageStop()

        plugins = [ScriptedTransport("Hi."), plugin("odd", transform_stream=transform_stream)]
        async with opened(plugins) as pipeline:
            exchange = Exchange(pipeline, request_of("Hello"), {})
            events = exchange.events()
            await anext(events)
            with pytest.raises(Internal, match=r"plugin 'odd' \(cgb.testing\) is at fault: its transform_stream"):
                await events.aclose()
            exchange.finish(cancelled=True)
        assert "plugin 'odd' (cgb.testing) failed in transform_stream" in caplog.text


class TestClosing:
    @pytest.mark.parametrize("read", [1, 3, 99])
    async def test_whoever_stops_reading_closes_every_layer_outermost_first(self, read):
        closed = []

        async def send(request, route, ctx):
            try:
                for event in text_answer("m", "Hi."):
                    yield event
            finally:
                await asyncio.sleep(0)
                closed.append("transport")

        def noting(name):
            async def transform_stream(events):
                try:
                    async for event in events:
                        yield event
                finally:
                    await asyncio.sleep(0)
                    closed.append(name)

            return plugin(name, transform_stream=transform_stream)

        async with opened([ScriptedTransport(send), noting("outer"), noting("inner")]) as pipeline:
            request = request_of("Hello")
            async with aclosing(pipeline.send(request, Context(request))) as events:
                seen = 0
                async for _ in events:
                    seen += 1
                    if seen == read:
                        break
        assert sorted(closed) == ["inner", "outer", "transport"]
        if read < 99:
            assert closed == ["outer", "inner", "transport"]


class TestOpening:
    def refused(self, *plugins, config=None, kind=PluginError):
        async def main():
            async with opened(plugins, config):
                pass

        with pytest.raises(kind) as caught:
            asyncio.run(main())
        return str(caught.value)

    def test_transports_are_open_as_long_as_the_pipeline(self):
        seen = []

        def noting(name):
            @asynccontextmanager
            async def open_transport():
                seen.append(f"open {name}")
                yield Transport()
                seen.append(f"close {name}")

            return plugin(name, open_transport=open_transport)

        async def main():
            async with opened([noting("a"), noting("b")]) as pipeline:
                assert list(pipeline.transports) == ["a", "b"]
                assert seen == ["open a", "open b"]

        asyncio.run(main())
        assert seen == ["open a", "open b", "close b", "close a"]

    def test_each_plugin_gets_its_own_settings(self):
        class Mine(Settings):
            """Mine."""

            word: str = "none"

        seen = {}

        def speaking(name):
            def rewrite_request(request, settings):
                seen[name] = settings.word
                return request

            return plugin(name, describe_settings=lambda: Mine, rewrite_request=rewrite_request)

        def silent(request, settings):
            seen["silent"] = settings
            return request

        config = Config(file={"plugin": {"one": {"word": "1"}}}, environ={"CGB_TWO_WORD": "2"})
        plugins = [ScriptedTransport("Hi."), speaking("one"), speaking("two"), plugin("silent", rewrite_request=silent)]
        ask("Hello", plugins, config)
        assert seen == {"one": "1", "two": "2", "silent": None}

    def test_settings_that_a_plugin_does_not_know_stop_the_start(self):
        config = Config(file={"plugin": {"mine": {"modle": 1}}})
        mine = plugin("mine", describe_settings=lambda: Settings)
        message = "cgb.toml: plugin.mine.modle: Extra inputs are not permitted. Known: none."
        assert self.refused(mine, config=config, kind=ConfigError) == message

    @pytest.mark.parametrize(
        ("hooks", "message"),
        [
            (
                {"describe_settings": lambda: int},
                "its describe_settings returned int, which is no subclass of cgb.Settings.",
            ),
            ({"describe_settings": lambda: 1 / 0}, "its describe_settings raised ZeroDivisionError: division by zero."),
            (
                {"open_transport": lambda: 5},
                (
                    "its open_transport returned int, no async context manager: use @asynccontextmanager and `yield` "
                    "a transport."
                ),
            ),
            (
                {"wrap_transport": lambda transport: None},
                "its wrap_transport returned NoneType where Transport was due.",
            ),
            ({"wrap_transport": lambda transport: 1 / 0}, "its wrap_transport raised ZeroDivisionError: "),
            ({"list_models": lambda: None}, "its list_models returned NoneType where Iterable was due."),
            (
                {"list_models": lambda: (1 / 0 for _ in "a")},
                "its list_models raised ZeroDivisionError: division by zero.",
            ),
            ({"list_models": lambda: ["a"]}, "its list_models listed str, which is no cgb.Model."),
        ],
    )
    def test_a_hook_that_fails_at_start_stops_it_in_one_line(self, hooks, message):
        said = self.refused(plugin("broken", **hooks))
        assert said.startswith(f"plugin 'broken' (cgb.testing): {message}")
        assert "\n" not in said

    @pytest.mark.parametrize(
        ("opened_with", "how"),
        [(5, "opened int, which is no subclass of cgb.Transport"), (KeyError("x"), "raised KeyError: 'x'")],
    )
    def test_a_transport_that_does_not_open_stops_the_start_and_closes_the_others(self, opened_with, how):
        seen = []

        @asynccontextmanager
        async def whole():
            try:
                yield Transport()
            finally:
                seen.append("closed")

        @asynccontextmanager
        async def broken():
            if isinstance(opened_with, Exception):
                raise opened_with
            yield opened_with

        said = self.refused(plugin("whole", open_transport=whole), plugin("broken", open_transport=broken))
        assert said == f"plugin 'broken' (cgb.testing): its open_transport {how}."
        assert seen == ["closed"]

    def test_two_plugins_of_one_name_stop_the_start(self):
        same, other = (plugin_of(plugin("same", list_models=no_models)) for _ in range(2))
        assert "plugin 'same' (cgb.testing) is not what the hooks expect" in self.refused(same, other)


def test_errors_are_api_errors_whatever_happens():
    with pytest.raises(ApiError):
        asyncio.run(aask("Hello", []))


async def test_where_a_plain_request_for_a_model_would_go():
    async with opened([ScriptedTransport(), plugin("choose", choose_route=lambda request: None)]) as pipeline:
        assert await pipeline.route_of("claude-x") == Route("scripted", "claude-x")
    async with opened([]) as pipeline:
        with pytest.raises(NotFound):
            await pipeline.route_of("claude-x")
