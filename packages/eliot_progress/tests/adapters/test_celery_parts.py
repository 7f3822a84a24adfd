from __future__ import annotations

import time

import pytest
from celery import Celery, chain, chord, group
from tests.adapters.test_celery import World
from tests.waiting import until

from eliot_progress import Reducer, judge
from eliot_progress.adapters.celery import install as install_celery
from eliot_progress.adapters.celery import parts_of
from eliot_progress.stores.redis import RedisStore

#: Most start real workers.
pytestmark = pytest.mark.slow


class Parts(World):
    """The same, with the store that the workers report to and a file that halves wait for."""

    def __init__(self, url, folder, pool):
        super().__init__(url, folder, pool)
        self.store, self.go_on = RedisStore(url), folder / "go_on"
        # What this process sends reaches the store, too.
        from eliot_progress import install  # noqa: PLC0415 - beside the log of World

        self.reported = install(store=self.store)
        self.wholes = 0

    def close(self):
        self.reported.remove()
        super().close()
        self.store.close()

    def task(self, name):
        return self.app.tasks[name]

    @property
    def leaf(self):
        return self.task("leaf").si()

    @property
    def half(self):
        return self.task("half").si(str(self.go_on))

    def send(self, *signatures):
        """Send these as the parts of one whole; return what it is about."""
        self.wholes += 1
        about = f"app.Whole:{self.pool}-{self.wholes}"
        with parts_of("Publish", about=about, by="editor"):
            for signature in signatures:
                signature.delay()
        return about

    def until(self, about, condition):
        """The state of the whole once it fulfils this."""

        def state():
            found = self.store.latest(about)
            return found if found is not None and condition(found) else None

        return until(state, 40)


@pytest.fixture(scope="module", params=["prefork", "threads"])
def world(request, valkey_url, tmp_path_factory):
    world = Parts(valkey_url, tmp_path_factory.mktemp(request.param), request.param)
    yield world
    world.close()


@pytest.fixture(autouse=True)
def nothing_goes_on_yet(request):
    if "world" in request.fixturenames:
        request.getfixturevalue("world").go_on.unlink(missing_ok=True)


def has_ended(state):
    return state.outcome is not None


def far(state):
    return (state.done, state.total, state.outcome)


def test_a_chain_of_three_counts_what_is_done_and_the_share_of_what_runs(world):
    about = world.send(chain(world.leaf, world.half, world.leaf))
    state = world.until(about, lambda state: state.done == 1.5)
    assert (state.total, state.unit, state.step, state.note) == (3, "part", "Halving", "")
    assert (state.description, state.by, judge(state, time.time())) == ("Publish", "editor", "alive")
    world.go_on.touch()
    assert far(world.until(about, has_ended)) == (3, 3, "succeeded")


def test_a_group_of_twenty_says_what_runs_and_ends_with_its_last_part(world):
    about = world.send(group([world.leaf] * 18 + [world.half] * 2))
    state = world.until(about, lambda state: state.done == 19)
    assert (state.total, state.step) == (20, "Halving (2 at once)")
    world.go_on.touch()
    assert far(world.until(about, has_ended)) == (20, 20, "succeeded")


def test_a_chords_body_is_its_last_part(world):
    about = world.send(chord([world.leaf, world.leaf], world.half))
    assert far(world.until(about, lambda state: state.done == 2.5)) == (2.5, 3, None)
    world.go_on.touch()
    assert far(world.until(about, has_ended)) == (3, 3, "succeeded")


def test_nested_parts_are_counted_one_by_one(world):
    leaf = world.leaf
    nested = chain(leaf, group(leaf, chain(leaf, leaf)), leaf, group(leaf, leaf), leaf)
    about = world.send(nested, chord([chain(leaf, leaf), leaf], chain(leaf, leaf)), leaf)
    assert far(world.until(about, has_ended)) == (14, 14, "succeeded")


def test_a_failed_part_is_the_failure_of_the_whole_with_its_reason(world):
    about = world.send(chain(world.leaf, world.task("broken").si(), world.leaf))
    # Threads report side by side: the first part's end may be known after the failure.
    state = world.until(about, lambda state: far(state) == (1, 3, "failed"))
    assert state.reason == "broken: never"


def test_the_other_parts_of_a_failed_group_still_count(world):
    about = world.send(group(world.task("broken").si(), world.half))
    assert world.until(about, has_ended).outcome == "failed"
    world.go_on.touch()
    assert far(world.until(about, lambda state: state.done == 1)) == (1, 2, "failed")


def test_a_part_that_is_tried_again_is_one_part(world):
    about = world.send(chain(world.task("flaky").si(), world.leaf))
    assert far(world.until(about, has_ended)) == (2, 2, "succeeded")


def test_a_replaced_part_is_one_part(world):
    about = world.send(chain(world.task("replaced").si(), world.leaf))
    assert far(world.until(about, has_ended)) == (2, 2, "succeeded")


def test_a_part_that_nobody_takes_is_waited_for_and_expires_with_a_reason(world):
    about = world.send(world.leaf.set(countdown=0.8, expires=0.3))
    world.until(about, lambda state: state.note == "waiting for the next part")
    state = world.until(about, has_ended)
    assert (state.outcome, state.reason) == ("cancelled", "leaf: expired before it ran")


def test_what_a_part_sends_of_its_own_is_no_part(world):
    about = world.send(chain(world.task("fan_out").si(), world.leaf))
    assert far(world.until(about, has_ended)) == (2, 2, "succeeded")


@pytest.mark.parametrize("world", ["prefork"], indirect=True)  # only its children can die alone
def test_a_killed_part_makes_the_whole_late_then_stalled(world):
    about = world.send(chain(world.leaf, world.task("dies").si(), world.leaf))
    world.until(about, lambda state: state.step == "Dying" and far(state) == (1, 3, None))
    seen = []
    while "stalled" not in seen:
        liveness = judge(world.store.latest(about), time.time())
        if liveness not in seen:
            seen.append(liveness)
    assert seen == ["alive", "late", "stalled"]


@pytest.mark.parametrize("world", ["prefork"], indirect=True)  # as above
def test_a_killed_part_that_is_delivered_again_is_one_part(world, tmp_path):
    again = world.task("reports_and_dies_once").si(str(tmp_path / "died"), "app.Thing:again")
    about = world.send(chain(world.leaf, again, world.leaf))
    assert far(world.until(about, has_ended)) == (3, 3, "succeeded")


def test_the_progress_of_a_part_about_the_same_object_leaves_it_to_the_whole(world):
    about = f"app.Whole:{world.pool}-same"
    with parts_of("Publish", about=about):
        chain(world.task("counts").si(about, 20), world.leaf).delay()
    state = world.until(about, has_ended)
    assert (state.description, far(state)) == ("Publish", (2, 2, "succeeded"))


def test_the_log_alone_gives_the_same_state(world):
    about = world.send(chain(world.leaf, world.task("broken").si()))
    stored = world.until(about, lambda state: far(state) == (1, 2, "failed"))

    def read():
        state = Reducer(world.all_messages()).get(stored.id)
        return state if state is not None and far(state) == far(stored) else None

    assert until(read).reason == stored.reason


def test_parts_that_could_not_be_sent_fail_the_whole(log):
    with pytest.raises(OSError, match="no broker"), parts_of("Publish", about="app.Movie:7") as whole:
        raise OSError("no broker")
    state = Reducer(log).get(whole)
    assert (state.outcome, state.reason) == ("failed", "Not all parts were sent: no broker")


def twice(n=1):
    return 2 * n


def test_eager_tasks_are_parts_too(log):
    app = Celery("eager", set_as_current=False, fixups=[])
    app.conf.task_always_eager = True
    install_celery(app)
    double = app.task(name="double")(twice)
    with parts_of("Publish") as whole:
        chain(double.s(1), double.s()).delay()
        group(double.si(), double.si()).delay()
    assert far(Reducer(log).get(whole)) == (4, 4, "succeeded")
