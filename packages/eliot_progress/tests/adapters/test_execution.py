from __future__ import annotations

import gc
from collections.abc import AsyncGenerator  # noqa: TC003 - Strawberry reads it

import pytest
import strawberry
from graphql.execution.collect_fields import FieldDetails

from eliot_progress.adapters.execution import LeakFreeExecutionContext


@strawberry.type
class Event:
    number: int
    name: str = "event"


@strawberry.type
class Query:
    event: Event = strawberry.field(resolver=lambda: Event(number=0))


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, count: int) -> AsyncGenerator[Event, None]:
        for number in range(count):
            yield Event(number=number)


schema = strawberry.Schema(Query, subscription=Subscription, execution_context_class=LeakFreeExecutionContext)
FOLLOW = """subscription ($count: Int!, $named: Boolean! = false) {
  events(count: $count) { number name @include(if: $named) }
}"""


def remembered():
    gc.collect()
    return sum(isinstance(each, FieldDetails) for each in gc.get_objects())


async def test_a_subscription_remembers_no_more_after_many_events_than_after_the_first():
    events = await schema.subscribe(FOLLOW, variable_values={"count": 200})
    await anext(events)
    before = remembered()
    for _ in range(100):
        await anext(events)
    assert remembered() <= before
    assert [event.data["events"]["number"] async for event in events] == list(range(101, 200))


@pytest.mark.parametrize(("named", "shown"), [(True, {"number": 0, "name": "event"}), (False, {"number": 0})])
async def test_each_subscription_has_fields_of_its_own(named, shown):
    events = await schema.subscribe(FOLLOW, variable_values={"count": 1, "named": named})
    assert [event.data["events"] async for event in events] == [shown]


async def test_queries_are_executed_as_ever():
    answer = await schema.execute("{ event { number } again: event { name } }")
    assert answer.data == {"event": {"number": 0}, "again": {"name": "event"}}
