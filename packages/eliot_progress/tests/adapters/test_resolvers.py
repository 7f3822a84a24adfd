from __future__ import annotations

import contextlib
from types import SimpleNamespace

import pytest
import strawberry
from django.contrib.auth.models import AnonymousUser, User

from eliot_progress.adapters.execution import LeakFreeExecutionContext
from eliot_progress.adapters.resolvers import ProgressResolvers
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample, task_state

STAFF = User(username="boss", is_staff=True)
EDITOR = User(username="editor")
ROOT = task_state().id
NOTHING = {"tasks": [], "more": 0}


@pytest.fixture
def store():
    store = MemoryStore()
    store.record(sample(1, by="editor", next_by=101.0))
    store.record(sample(1, level=(3,), by="boss", about="app.Movie:8", next_by=900.0))
    return store


def schema_over(store, **options):
    resolvers = ProgressResolvers(store, **{"every_s": 0.001, "clock": lambda: 200.0, **options})

    @strawberry.type
    class Query:
        progress = strawberry.field(resolver=resolvers.progress)
        in_progress = strawberry.field(resolver=resolvers.in_progress)
        recently_finished = strawberry.field(resolver=resolvers.recently_finished)

    @strawberry.type
    class Subscription:
        progress = strawberry.subscription(resolver=resolvers.updates)
        in_progress = strawberry.subscription(resolver=resolvers.in_progress_updates)

    return strawberry.Schema(
        Query, subscription=Subscription, execution_context_class=LeakFreeExecutionContext
    )


def asking(user):
    return SimpleNamespace(request=SimpleNamespace(user=user))


async def asked(schema, query, user, **variables):
    answer = await schema.execute(query, variable_values=variables, context_value=asking(user))
    assert answer.errors is None
    return answer.data


ONE = "query ($of: ID!) { progress(of: $of) { id seq } }"


async def test_staff_finds_a_task_by_its_id_and_by_its_object(store):
    for of in (ROOT, "app.Movie:7"):
        assert await asked(schema_over(store), ONE, STAFF, of=of) == {"progress": {"id": ROOT, "seq": 1}}


@pytest.mark.parametrize(
    "user", [None, AnonymousUser(), EDITOR, User(username="gone", is_staff=True, is_active=False)]
)
async def test_to_all_others_a_task_is_as_one_that_does_not_exist(store, user):
    refused = await asked(schema_over(store), ONE, user, of=ROOT)
    assert refused == await asked(schema_over(store), ONE, user, of="nothing") == {"progress": None}
    assert await asked(schema_over(store), "{ inProgress { tasks { id } more } }", user) == {
        "inProgress": NOTHING
    }


@pytest.mark.parametrize("of", ["", "\0", "\ud800", "x" * 100_000])
async def test_any_text_may_be_asked_for(store, of):
    assert await asked(schema_over(store), ONE, STAFF, of=of) == {"progress": None}


async def test_the_project_says_who_sees_what(store):
    schema = schema_over(store, can_view=lambda user, state: state.by == user.get_username())
    assert await asked(schema, "{ inProgress { tasks { by } more } }", EDITOR) == {
        "inProgress": {"tasks": [{"by": "editor"}], "more": 0}
    }


async def test_a_user_of_a_websocket_is_known_by_its_scope(store):
    request = SimpleNamespace(consumer=SimpleNamespace(scope={"user": STAFF}))
    schema = schema_over(store)
    answer = await schema.execute(ONE, variable_values={"of": ROOT}, context_value={"request": request})
    assert answer.data == {"progress": {"id": ROOT, "seq": 1}}


@pytest.mark.parametrize(
    ("arguments", "names", "more"),
    [
        ("(limit: 9)", ["boss", "editor"], 0),
        ("(limit: 1)", ["boss"], 1),
        ("(mine: true)", ["boss"], 0),
        ("(liveness: [STALLED])", ["editor"], 0),
        ("(liveness: [STALLED], limit: 1)", ["editor"], 0),
        ("(mine: true, liveness: [STALLED])", [], 0),
        ("(limit: -1)", [], 2),
    ],
)
async def test_the_overview_is_filtered_and_says_how_many_more_there_are(store, arguments, names, more):
    data = await asked(schema_over(store), f"{{ inProgress{arguments} {{ tasks {{ by }} more }} }}", STAFF)
    assert data["inProgress"] == {"tasks": [{"by": name} for name in names], "more": more}


@pytest.mark.parametrize(
    ("arguments", "ends"),
    [
        ("", [("boss", "failed"), ("editor", "succeeded"), ("editor", "failed")]),
        ("(failed: true)", [("boss", "failed"), ("editor", "failed")]),
        ("(mine: true)", [("boss", "failed")]),
        ("(failed: true, limit: 1)", [("boss", "failed")]),
        ("(limit: -1)", []),
    ],
)
async def test_recently_finished_tasks_are_filtered(store, arguments, ends):
    for n, (by, outcome) in enumerate([("editor", "failed"), ("editor", "succeeded"), ("boss", "failed")], 4):
        store.record(sample(1, level=(n,), by=by, outcome=outcome, heartbeat_at=100.0 + n))
    data = await asked(schema_over(store), f"{{ recentlyFinished{arguments} {{ by outcome }} }}", STAFF)
    assert [(each["by"], each["outcome"]) for each in data["recentlyFinished"]] == ends


async def test_what_ended_is_seen_by_whom_the_project_allows(store):
    store.record(sample(2, by="editor", outcome="failed"))
    assert await asked(schema_over(store), "{ recentlyFinished { id } }", EDITOR) == {"recentlyFinished": []}


async def test_the_anonymous_user_has_no_own_tasks():
    store = MemoryStore()
    store.record(sample(1, by=""))
    schema = schema_over(store, can_view=lambda user, state: True)
    assert await asked(schema, "{ inProgress(mine: true) { tasks { id } more } }", AnonymousUser()) == {
        "inProgress": NOTHING
    }


FOLLOW = "subscription ($of: ID!) { progress(of: $of) { seq progress { done outcome } } }"


async def followed(schema, user):
    return await schema.subscribe(FOLLOW, variable_values={"of": ROOT}, context_value=asking(user))


async def test_a_subscription_gives_a_snapshot_then_changes_until_the_end(store):
    updates = await followed(schema_over(store), STAFF)
    got = [(await anext(updates)).data["progress"]]
    store.record(sample(2, done=5.0))
    got.append((await anext(updates)).data["progress"])
    store.record(sample(3, done=9.0, outcome="succeeded"))
    got += [update.data["progress"] async for update in updates]
    assert [(u["seq"], u["progress"]["done"], u["progress"]["outcome"]) for u in got] == [
        (1, 0.0, None),
        (2, 5.0, None),
        (3, 9.0, "succeeded"),
    ]


async def test_a_subscription_to_a_refused_task_ends_without_a_word(store):
    assert [update async for update in await followed(schema_over(store), EDITOR)] == []


async def test_a_subscription_ends_when_the_task_may_no_longer_be_seen(store):
    allowed = [True]
    updates = await followed(schema_over(store, can_view=lambda user, state: allowed[0]), EDITOR)
    assert (await anext(updates)).data["progress"]["seq"] == 1
    allowed[0] = False
    assert [update async for update in updates] == []


class ScriptedFeed:
    """ChangeFeed that the test tells. Time passes until whoever waits has waited for long enough."""

    def __init__(self):
        self.now, self.waited, self.states = 100.5, [], []

    @contextlib.asynccontextmanager
    async def __call__(self, of):
        yield self.wait
        self.waited.append("left")

    async def wait(self, longest_s):
        feed, self.states = tuple(self.states), []
        if not feed:
            self.now += longest_s
            self.waited.append(round(longest_s, 3))
        return feed


async def test_with_a_change_feed_the_store_is_read_only_after_broken_promises(store):
    feed = ScriptedFeed()
    schema = schema_over(store, changes=feed, clock=lambda: feed.now, every_s=None)
    updates = await followed(schema, STAFF)
    for seq in (1, 2, 3):  # alive, late, stalled
        assert (await anext(updates)).data["progress"]["seq"] == seq
    store.record(sample(3, outcome="succeeded"))
    assert [update.data["progress"]["seq"] async for update in updates] == [4]
    assert feed.waited == [0.51, 5.0, 30.0, "left"]


async def test_a_received_state_is_sent_without_reading_the_store(store):
    feed = ScriptedFeed()
    updates = await followed(schema_over(store, changes=feed, clock=lambda: feed.now), STAFF)
    assert (await anext(updates)).data["progress"]["progress"]["done"] == 0
    feed.states = [task_state(2, done=5.0, next_by=900.0)]
    assert (await anext(updates)).data["progress"]["progress"]["done"] == 5
    feed.states = [task_state(1, done=3.0)]  # it comes late, and is older than what is shown
    store.record(sample(3, done=7.0, next_by=900.0))
    assert (await anext(updates)).data["progress"]["progress"]["done"] == 7
    assert feed.waited == []


FOLLOW_ALL = """subscription ($mine: Boolean! = false, $limit: Int! = 50) {
  inProgress(mine: $mine, limit: $limit) { kind seq heartbeatSeconds changed { by done } gone more }
}"""


async def all_followed(schema, user, **variables):
    updates = await schema.subscribe(FOLLOW_ALL, variable_values=variables, context_value=asking(user))

    async def news():
        while (message := (await anext(updates)).data["inProgress"])["kind"] == "HEARTBEAT":
            pass
        return message

    return updates, news


async def test_following_the_overview_gives_the_page_then_only_what_changed_of_it(store):
    updates, news = await all_followed(schema_over(store), STAFF)
    first = await news()
    assert (first["kind"], first["seq"], first["more"]) == ("SNAPSHOT", 1, 0)
    assert [each["by"] for each in first["changed"]] == ["boss", "editor"]
    store.record(sample(2, by="editor", done=5.0))
    assert (await news())["changed"] == [{"by": "editor", "done": 5.0}]
    store.record(sample(3, by="editor", outcome="succeeded"))
    assert (await news())["gone"] == [ROOT]
    await updates.aclose()


async def test_each_follower_of_the_overview_sees_only_visible_tasks(store):
    schema = schema_over(store, can_view=lambda user, state: user.is_staff or state.by == user.username)
    (boss, boss_news), (editor, editor_news) = [await all_followed(schema, user) for user in (STAFF, EDITOR)]
    assert [each["by"] for each in (await boss_news())["changed"]] == ["boss", "editor"]
    assert [each["by"] for each in (await editor_news())["changed"]] == ["editor"]
    store.record(sample(2, level=(3,), by="boss", about="app.Movie:8", done=1.0))
    store.record(sample(1, level=(4,), by="boss", about="app.Movie:9"))
    store.record(sample(2, by="editor", done=2.0))
    seen = {"boss": [], "editor": []}
    while ("editor", 2.0) not in seen["boss"]:
        seen["boss"] += [(each["by"], each["done"]) for each in (await boss_news())["changed"]]
    while ("editor", 2.0) not in seen["editor"]:
        seen["editor"] += [(each["by"], each["done"]) for each in (await editor_news())["changed"]]
    assert set(seen["boss"]) == {("boss", 1.0), ("boss", 0.0), ("editor", 2.0)}
    assert seen["editor"] == [("editor", 2.0)]
    await boss.aclose()
    await editor.aclose()


async def test_a_page_of_the_overview_turns_when_a_task_ends_and_says_how_many_more_there_are(store):
    updates, news = await all_followed(schema_over(store), STAFF, limit=1)
    first = await news()
    assert ([each["by"] for each in first["changed"]], first["more"]) == (["boss"], 1)
    store.record(sample(2, level=(3,), by="boss", about="app.Movie:8", outcome="failed"))
    second = await news()
    assert ([each["by"] for each in second["changed"]], second["more"]) == (["editor"], 0)
    assert len(second["gone"]) == 1
    await updates.aclose()


async def test_a_task_that_may_no_longer_be_seen_goes_from_the_overview_when_it_is_asked_again(store):
    allowed = [True]
    options = {"can_view": lambda user, state: allowed[0], "permission_ttl_s": 0.0, "beat_s": 0.01}
    updates, news = await all_followed(schema_over(store, **options), EDITOR)
    assert len((await news())["changed"]) == 2
    allowed[0] = False
    assert len((await news())["gone"]) == 2
    await updates.aclose()


async def test_while_nothing_changes_the_overview_beats_as_it_has_promised(store):
    updates, _ = await all_followed(schema_over(store, beat_s=0.01), STAFF)
    kinds = [(await anext(updates)).data["inProgress"]["kind"] for _ in range(3)]
    assert kinds == ["SNAPSHOT", "HEARTBEAT", "HEARTBEAT"]
    await updates.aclose()


async def test_a_store_that_fails_ends_the_following_with_its_reason(store):
    _, news = await all_followed(schema_over(store), STAFF)
    await news()
    store.active = lambda limit: 1 / 0
    with pytest.raises(TypeError):  # no data
        await news()
    again = await schema_over(store).subscribe(FOLLOW_ALL, context_value=asking(STAFF))
    assert "division" in (await anext(again)).errors[0].message
