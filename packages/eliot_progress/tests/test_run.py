from __future__ import annotations

import asyncio
from io import StringIO

import pytest
from django.core.management import BaseCommand, call_command

from eliot_progress import Reducer, causal_id, run


def ends(log):
    return [(s.action_type, s.outcome) for s in Reducer(log).states.values()]


def test_a_call_is_an_action_named_after_the_function(log):
    @run(about=lambda pk: f"app.Movie:{pk}")
    def render(pk):
        """Docs."""
        assert causal_id()
        return pk + 1

    assert render(6) == 7
    (state,) = Reducer(log).states.values()
    assert state.action_type.endswith(
        "test_run:test_a_call_is_an_action_named_after_the_function.<locals>.render"
    )
    assert (state.about, state.outcome) == ("app.Movie:6", "succeeded")
    assert render.__doc__ == "Docs."


def test_a_failing_call_fails(log):
    @run("call")
    def call():
        raise LookupError("gone")

    with pytest.raises(LookupError):
        call()
    assert ends(log) == [("call", "failed")]


async def test_a_coroutine_ends_when_it_has_run_not_when_it_is_made(log):
    @run("call")
    async def call():
        await asyncio.sleep(0)
        return causal_id()

    coroutine = call()
    assert not log
    assert await coroutine == Reducer(log).states.popitem()[1].causal_id
    assert ends(log) == [("call", "succeeded")]
    assert causal_id() is None


async def test_a_cancelled_coroutine_is_cancelled(log):
    @run("call")
    async def call():
        await asyncio.sleep(60)

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ends(log) == [("call", "cancelled")]


async def test_concurrent_coroutines_keep_their_actions_apart(log):
    @run("call")
    async def call():
        before = causal_id()
        await asyncio.sleep(0)
        return before == causal_id()

    assert await asyncio.gather(*(call() for _ in range(20))) == [True] * 20
    assert len({s.causal_id for s in Reducer(log).states.values()}) == 20


def test_a_generators_action_is_current_only_inside_its_body(log):
    seen = []

    @run("call")
    def call():
        seen.append(causal_id())
        seen.append((yield 1))
        seen.append(causal_id())
        try:
            yield 2
        except LookupError:
            yield 3
        return "end"

    generator = call()
    assert not log
    assert next(generator) == 1
    assert causal_id() is None
    assert generator.send("sent") == 2
    assert generator.throw(LookupError()) == 3
    with pytest.raises(StopIteration, match="end"):
        next(generator)
    assert seen[0] == seen[2] is not None
    assert seen[1] == "sent"
    assert ends(log) == [("call", "succeeded")]


def test_a_closed_generator_is_cancelled_after_its_body_cleaned_up(log):
    cleaned = []

    @run("call")
    def call():
        try:
            yield 1
        finally:
            cleaned.append(causal_id())

    generator = call()
    next(generator)
    generator.close()
    assert cleaned[0] is not None
    assert ends(log) == [("call", "cancelled")]


def test_a_failing_generator_fails(log):
    @run("call")
    def call():
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        list(call())
    assert ends(log) == [("call", "failed")]


async def test_an_async_generator_is_followed_the_same_way(log):
    @run("call")
    async def call():
        sent = yield causal_id()
        try:
            yield sent
        except LookupError:
            yield "caught"

    generator = call()
    assert await anext(generator) is not None
    assert causal_id() is None
    assert await generator.asend("sent") == "sent"
    assert await generator.athrow(LookupError()) == "caught"
    with pytest.raises(StopAsyncIteration):
        await anext(generator)
    assert ends(log) == [("call", "succeeded")]


async def test_a_closed_or_failing_async_generator_ends_as_such(log):
    @run("call")
    async def call():
        yield 1
        raise LookupError

    closed = call()
    await anext(closed)
    await closed.aclose()
    with pytest.raises(LookupError):
        [n async for n in call()]
    assert ends(log) == [("call", "cancelled"), ("call", "failed")]


def test_a_decorator_without_parentheses_is_refused_at_once():
    with pytest.raises(TypeError, match=r"Write @run\(\) with parentheses"):
        run(lambda: None)


def test_a_management_command_is_an_action_when_its_handle_is(log):
    class Command(BaseCommand):
        @run("command:reindex")
        def handle(self, *args, **options):
            return causal_id()

    printed = call_command(Command(), stdout=StringIO())
    assert printed == Reducer(log).states.popitem()[1].causal_id
    assert ends(log) == [("command:reindex", "succeeded")]
