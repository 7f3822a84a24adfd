from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncGenerator  # noqa: TC003 - Strawberry reads it
from contextlib import suppress

import pytest
import strawberry

from timelapse.project.execution import Execution


@strawberry.type
class Part:
    @strawberry.field
    async def name(self) -> str:
        await asyncio.sleep(0)
        return "part"

    @strawberry.field
    async def colour(self) -> str:
        await asyncio.sleep(0)
        return "red"


@strawberry.type
class Event:
    @strawberry.field
    async def parts(self) -> list[Part]:
        await asyncio.sleep(0)
        return [Part(), Part()]

    @strawberry.field
    def others(self) -> list[Part]:
        return [Part(), Part()]

    @strawberry.field
    async def broken(self) -> str:
        await asyncio.sleep(0)
        raise ValueError


@strawberry.type
class Query:
    event: Event = strawberry.field(resolver=Event)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self) -> AsyncGenerator[Event, None]:
        yield Event()


schema = strawberry.Schema(Query, subscription=Subscription, execution_context_class=Execution)
FOLLOW = "subscription { events { parts { name colour } others { name colour } } }"


async def settled():
    for _ in range(100):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()  # which is when Python warns of a coroutine that was never awaited


async def ended_after(steps, query):
    """Begin to compute an answer, and end the subscription after some steps of the event loop."""

    async def first():
        return await anext(await schema.subscribe(query))

    answer = asyncio.create_task(first())
    for _ in range(steps):
        await asyncio.sleep(0)
    answer.cancel()
    with suppress(asyncio.CancelledError):
        return await answer


@pytest.mark.parametrize("steps", range(12))
async def test_a_subscription_that_ends_while_its_answer_is_computed_leaves_nothing_behind(steps):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        await ended_after(steps, FOLLOW)
        await settled()
    assert [str(each.message) for each in warned] == []


async def test_the_error_of_an_answer_that_nobody_gets_is_not_reported_as_lost(caplog):
    for steps in range(12):
        await ended_after(steps, "subscription { events { broken } }")
        await settled()
    assert "never retrieved" not in caplog.text


async def test_who_waits_gets_the_answer():
    part = {"name": "part", "colour": "red"}
    answer = await ended_after(100, FOLLOW)
    assert answer.data == {"events": {"parts": [part, part], "others": [part, part]}}
