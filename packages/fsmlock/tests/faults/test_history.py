from __future__ import annotations

import itertools
import json
import math
import random
import time
from pathlib import Path

import pytest
from django.db import connections

from fsmlock.declarations import transitions_of
from fsmlock.rules import Claim, InheritedLock, LockRequest
from tests.faults import actor, history
from tests.faults.world import SECONDS, chaos, run, start
from tests.shop.models import Film
from tests.waiting import wait_until

PROCESSES = 16
#: Holds below which a history says nothing.
FEWEST = 50


def interval(lock, start, end, token=1):
    want = LockRequest(resource="shop.film:1", lock=lock)
    claim = Claim(id=f"{lock}{start}", requests=(want,), lease_us=0, holder="")
    return history.Interval(claim=claim, tokens={"shop.film:1": token}, start=start, end=end, who="p")


def test_the_checker_finds_an_overlap():
    assert history.violations([interval("a", 1, 3, 1), interval("a", 2, 4, 2)])
    assert not history.violations([interval("a", 1, 3, 1), interval("a", 3, 4, 2)])


def test_the_checker_finds_a_token_that_does_not_grow():
    assert history.violations([interval("a", 1, 2, 2), interval("a", 3, 4, 2)])


def test_a_hold_that_somebody_broke_ends_there_also_if_they_were_killed_before_they_could_note_it():
    both = [interval("a", 1, 3, 1), interval("a", 2, 4, 2)]
    begun = ("breaking", 0, "shop.film:1", "a", 1.5)
    assert not history.violations(history.cut(both, [begun, ("broke", 0, 1.6)]))
    assert not history.violations(history.cut(both, [begun]))
    later = [interval("a", 3, 5, 3), interval("a", 4, 6, 4)]
    assert history.violations(history.cut(later, [begun]))
    assert history.violations(history.cut(both, [("breaking", 0, "shop.film:2", "a", 1.5)]))


def test_the_checker_finds_a_child_below_a_parent_that_it_had_before_or_only_later():
    inherited = InheritedLock(resource="shop.film:1", names=frozenset({"a"}))
    want = LockRequest(resource="shop.frame:1", lock="b", inherited=(inherited,))
    claim = Claim(id="c", requests=(want,), lease_us=0, holder="")
    held = history.Interval(claim=claim, tokens={}, start=5, end=6, who="p")

    def moves(*events):
        return history.misplaced(
            [held], [("moving", 0, "shop.frame:1", "shop.film:1", 0), ("moved", 0, 0), *events]
        )

    there = "shop.film:2"
    assert not moves()
    assert moves(("moving", 1, "shop.frame:1", there, 3), ("moved", 1, 4))
    assert not moves(("moving", 1, "shop.frame:1", there, 3)), "it may have been killed before its commit"
    assert not moves(("moving", 1, "shop.frame:1", there, 4), ("moved", 1, 7))
    assert not moves(("moving", 1, "shop.frame:1", there, 3), ("stayed", 1, 4))
    assert history.misplaced([held], [("moving", 1, "shop.frame:1", "shop.film:1", 6), ("moved", 1, 7)])


def kept_frame(start=5, end=6):
    inherited = InheritedLock(resource="shop.film:1", names=frozenset({"a"}))
    want = LockRequest(resource="shop.frame:1", lock="b", inherited=(inherited,))
    return history.Interval(
        claim=Claim(id="c", requests=(want,), lease_us=0, holder=""), tokens={}, start=start, end=end, who="p"
    )


def test_the_checker_finds_a_move_at_any_time_of_a_hold_unless_its_holder_moves_it():
    first = [("moving", 0, "shop.frame:1", "shop.film:1", 0), ("moved", 0, 0)]
    there = "shop.film:2"
    inside = ("moving", 1, "shop.frame:1", there, 5.2)
    assert history.misplaced([kept_frame()], [*first, inside, ("moved", 1, 5.4)])
    assert not history.misplaced([kept_frame()], [*first, (*inside, "c"), ("moved", 1, 5.4)])
    assert not history.misplaced([kept_frame()], [*first, inside, ("stayed", 1, 5.4)])
    assert not history.misplaced([kept_frame()], [*first, inside, ("moved", 1, 6.1)]), (
        "it may be over by then"
    )
    back = [("moving", 2, "shop.frame:1", "shop.film:1", 5.5), ("moved", 2, 5.6)]
    assert history.misplaced([kept_frame()], [*first, inside, ("moved", 1, 5.4), *back]), "there and back"


def test_a_state_keeps_its_lock_from_when_it_is_known_to_until_somebody_begins_to_leave_it():
    entered = [("entering", 0, "shop.film:1", 1), ("entered", 0, 2, [["shop.film:1", "a", [], []]])]

    def spans(*events):
        return [(each.start, each.end) for each in history.kept([*entered, *events])]

    assert spans() == [(2, math.inf)]
    assert spans(("leaving", 1, "shop.film:1", 3), ("left", 1, 4)) == [(2, 3)]
    assert spans(("leaving", 1, "shop.film:2", 3)) == [(2, math.inf)]
    assert spans(("leaving", 1, "shop.film:1", 0.1), ("left", 1, 0.2)) == [(2, math.inf)]
    assert spans(("leaving", 1, "shop.film:1", 0.5), ("left", 1, 1.5)) == [], "it may have left by then"
    assert spans(("leaving", 1, "shop.film:1", 0.5)) == [], "killed, so nobody knows"
    others = [*entered, ("leaving", 1, "shop.film:1", 4)]
    assert history.violations([interval("a", 1.5, 3), *history.kept(others)])


def live(world, seconds, over=lambda: False):
    """Many processes under fire; answers what they wrote."""
    run(actor.prepare, world)
    numbers = itertools.count()
    processes = [start(actor.act, world, next(numbers)) for _ in range(PROCESSES)]
    wait_until(lambda: len(list(Path(world["folder"]).glob("[0-9]*.diary"))) == PROCESSES, within=60)
    chaos(random.Random(7), processes, lambda: start(actor.act, world, next(numbers)), seconds, over)
    return written(world)


def written(world):
    intervals, others = history.read(world["folder"])
    return [*history.cut(intervals, others), *history.kept(others)], others


def broken_promises(intervals, others):
    return [*history.violations(intervals), *history.misplaced(intervals, others)]


def assert_right(world, tell, seconds=SECONDS):
    began = time.monotonic()

    def over():
        """A busy machine gets more time for so many holds, but not for ever."""
        return time.monotonic() - began >= seconds and len(written(world)[0]) > FEWEST

    intervals, others = live(world, seconds + 75, over)
    tell("holds", len(intervals))
    tell("lives of processes", sum(event[0] == "started" for event in others))
    assert len(intervals) > FEWEST
    assert broken_promises(intervals, others) == []
    assert any(event[0] == "moved" for event in others)
    by_state = history.kept(others)
    tell("locks that states kept", len(by_state))
    assert by_state or not world.get("scans", True)
    assert [event for event in others if event[0] == "starved"] == []
    assert_fenced(world)


def assert_fenced(world):
    """The tokens of the writes on one object never go back, in the order in which they were made."""
    connection = connections.create_connection("default")
    connection.settings_dict = {**connection.settings_dict, **world["database"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT resource, token FROM shop_write ORDER BY id")
        rows = cursor.fetchall()
    connection.close()
    assert rows
    for resource in {resource for resource, _ in rows}:
        tokens = [token for name, token in rows if name == resource]
        assert tokens == sorted(tokens), resource


@pytest.mark.django_db
def test_no_history_of_the_database_backend_breaks_a_rule(world, record_property):
    assert_right(world, record_property)


@pytest.mark.django_db
def test_no_history_of_the_redis_backend_breaks_a_rule(world, valkey, record_property):
    assert_right(
        {**world, "backend": "fsmlock.backends.redis.RedisBackend", "valkey": valkey}, record_property
    )


@pytest.mark.parametrize(
    "bug", ["ForgetfulBackend", "OrphanedBackend", "RememberingBackend", "ImpatientBackend", "BlindBackend"]
)
def test_a_planted_bug_is_found(world, bug):
    world["backend"] = f"tests.faults.planted.{bug}"
    looks = []

    def found():
        """Twice in a row: while they write, one diary may be ahead of another."""
        looks.append(bool(broken_promises(*written(world))))
        return looks[-2:] == [True, True]

    assert broken_promises(*live(world, 60, over=found))


def test_of_many_stale_transitions_exactly_the_legal_ones_happen(world):
    run(actor.prepare, world)
    processes = [start(actor.change_state, world, number) for number in range(8)]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    legal = {
        (a, s, definition.target) for a, definition in transitions_of(Film).items() for s in definition.source
    }
    changes = [tuple(line) for path in Path(world["folder"]).glob("*.changes") for line in _lines(path)]
    assert changes
    assert set(changes) <= legal
    # Every change left the state that the one before it reached: as many ways in as out, but for the ends.
    balance = {}
    for _, source, target in changes:
        balance[source] = balance.get(source, 0) - 1
        balance[target] = balance.get(target, 0) + 1
    assert balance.pop("initialising", 0) == -1
    assert sorted(v for v in balance.values() if v) == [1]


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
