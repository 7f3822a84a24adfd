"""Ten thousand tasks at once: every store lists them, and an overview of them is a page that says so."""

from __future__ import annotations

import json
import time
import tracemalloc
from types import SimpleNamespace

import pytest
import strawberry
from asgiref.sync import SyncToAsync
from django.contrib.auth.models import User
from django.db import connections

from eliot_progress.adapters.channels import all_tasks_group, changes, get_channel_layer
from eliot_progress.adapters.resolvers import ProgressResolvers
from eliot_progress.django.store import DjangoStore
from eliot_progress.messages import parse
from eliot_progress.state import to_dict
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.stores.redis import RedisStore
from eliot_progress.testing.samples import TASK, sample

MANY = 10_000
#: Most bytes of memory that an overview may take for a moment, and bytes of its answer.
MOST_MEMORY, MOST_SENT = 40_000_000, 40_000
OVERVIEW = """{ tasks {
  id description done total unit step note rate liveness startedAt heartbeatAt nextBy seq } more }"""

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = SimpleNamespace(request=SimpleNamespace(user=User(username="operator")))


def received(number, seq=1, **fields):
    times = {"started_at": 100.0 + number, "heartbeat_at": time.time(), "next_by": time.time() + 900}
    return sample(seq, level=(number + 1,), about=f"app.Movie:{number}", **times, **fields)


@pytest.fixture(scope="module")
def messages():
    return [received(number) for number in range(MANY)]


@pytest.fixture
def memory(messages):
    return filled(MemoryStore(), messages)


@pytest.fixture
def valkey(messages, valkey_url):
    store = RedisStore(valkey_url, prefix="ten_thousand:")
    yield filled(store, messages)
    store._redis.flushdb()
    store.close()


@pytest.fixture
def database(messages):
    store = DjangoStore()
    store.record_all(map(parse, messages))
    yield store
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()  # of async tests' thread


def filled(store, messages):
    for message in messages:
        store.record(message)
    return store


@pytest.fixture(params=["memory", "valkey", "database"])
def store(request):
    return request.getfixturevalue(request.param)


class Reads:
    """The store, and how often all that runs was read."""

    def __init__(self, store):
        self.store, self.count = store, 0

    def active(self, limit):
        self.count += 1
        return self.store.active(limit)


def schema_over(reads):
    resolvers = ProgressResolvers(reads, can_view=lambda user, state: True, changes=changes)

    @strawberry.type
    class Query:
        in_progress = strawberry.field(resolver=resolvers.in_progress)

    @strawberry.type
    class Subscription:
        in_progress = strawberry.subscription(resolver=resolvers.in_progress_updates)

    return strawberry.Schema(Query, subscription=Subscription)


def test_all_are_listed_the_last_started_first_and_never_more_than_asked(store):
    listed = store.active(MANY)
    assert [state.about for state in listed] == [f"app.Movie:{number}" for number in reversed(range(MANY))]
    for message in (received(number) for number in range(MANY, MANY + 500)):
        store.record(message)
    assert [state.about for state in store.active(2)] == ["app.Movie:10499", "app.Movie:10498"]
    assert len(store.active(MANY)) == MANY


async def test_an_overview_is_a_page_that_says_how_many_more_there_are(store):
    schema = schema_over(Reads(store))
    tracemalloc.start()
    answer = await schema.execute(f"{{ inProgress(limit: 50) {OVERVIEW} }}", context_value=ASKED)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    page = answer.data["inProgress"]
    assert page["more"] == MANY - 50
    assert [task["id"] for task in page["tasks"]] == [f"{TASK}@/{MANY - n}" for n in range(50)]
    assert len(json.dumps(page)) < MOST_SENT
    assert peak < MOST_MEMORY


async def test_many_who_look_and_follow_share_one_reading_and_are_sent_what_changes(store):
    reads = Reads(store)
    schema = schema_over(reads)
    follow = "subscription { inProgress(limit: 50) { kind gone changed { id } more } }"
    followers = [await schema.subscribe(follow, context_value=ASKED) for _ in range(20)]
    for updates in followers:
        first = (await anext(updates)).data["inProgress"]
        assert (len(first["changed"]), first["more"]) == (50, MANY - 50)
    await schema.execute(f"{{ inProgress {OVERVIEW} }}", context_value=ASKED)
    assert reads.count < len(followers)
    await tell(received(MANY - 1, 2, outcome="succeeded"))
    for updates in followers:
        news = await after_beats(updates)
        assert (len(news["changed"]), len(news["gone"]), news["more"]) == (1, 1, MANY - 51)
        await updates.aclose()


async def tell(message):
    state = to_dict(parse(message))
    received = {"type": "progress.changed", "state": state}
    await get_channel_layer().group_send(all_tasks_group(), received)


async def after_beats(updates):
    while (message := (await anext(updates)).data["inProgress"])["kind"] == "HEARTBEAT":
        pass
    return message
