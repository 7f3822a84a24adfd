from __future__ import annotations

import uuid

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fsmlock.backends.base import Granted
from fsmlock.backends.database import DatabaseBackend
from fsmlock.backends.redis import RedisBackend
from fsmlock.rules import EVERYTHING, Above, Claim, Standing, Want, in_the_way

#: A tree: each object with its parent. The lock "a" of an ancestor holds for all below, "b" for nobody else.
PARENTS = {"root": None, "left": "root", "right": "root", "leaf": "left"}
LOCKS = ("a", "b", "c", EVERYTHING)
#: "b" and "c" go together, "b" also with itself.
BESIDE = {"a": set(), "b": {"b", "c"}, "c": {"b"}, EVERYTHING: set()}


def ancestors(name):
    while (name := PARENTS[name]) is not None:
        yield name


def may_stand_together(one, two):
    """The rules in other words: written apart from the code that is tested."""
    (first, lock), (second, other) = one, two
    if first == second:
        return other in BESIDE[lock]
    if first in ancestors(second):
        return lock not in {"a", EVERYTHING}
    if second in ancestors(first):
        return other not in {"a", EVERYTHING}
    return True


def want(name, lock):
    above = tuple(Above(resource=n, names=frozenset({"a"})) for n in ancestors(name))
    return Want(resource=name, lock=lock, beside=frozenset(BESIDE[lock]), above=above)


def claim(places, within=frozenset()):
    wants = tuple(want(*place) for place in places)
    return Claim(id=uuid.uuid4().hex, wants=wants, lease_us=60_000_000, holder="h", within=within)


class Pure:
    """The rules alone, over a list."""

    def __init__(self):
        self.rows = []

    def take(self, wanted, *, using):
        if in_the_way(wanted, self.rows):
            return None
        self.rows += wanted.rows
        return Granted(tokens={})

    def release(self, wanted, *, using):
        self.rows = [row for row in self.rows if row.claim != wanted.id]


class Holds(RuleBasedStateMachine):
    backend = None

    def __init__(self):
        super().__init__()
        self.store = self.backend() if isinstance(self.backend, type) else self.backend
        self.held = []

    @rule(
        places=st.lists(
            st.tuples(st.sampled_from(sorted(PARENTS)), st.sampled_from(LOCKS)),
            min_size=1,
            max_size=2,
            unique=True,
        )
    )
    def take(self, places):
        expected = all(may_stand_together(p, q) for p in places for _, held in self.held for q in held)
        wanted = claim(places)
        granted = isinstance(self.store.take(wanted, using="default"), Granted)
        assert granted == expected
        if granted:
            self.held.append((wanted, places))

    @rule(data=st.data())
    def release(self, data):
        if self.held:
            wanted, _ = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
            self.store.release(wanted, using="default")

    @rule(data=st.data(), lock=st.sampled_from(LOCKS))
    def enter_again(self, data, lock):
        if len(self.held) == 1:
            outer, places = self.held[0]
            inner = claim([(places[0][0], lock)], within=frozenset({outer.id}))
            assert isinstance(self.store.take(inner, using="default"), Granted)
            self.store.release(inner, using="default")

    @invariant()
    def all_that_is_held_may_stand_together(self):
        for n, (_, one) in enumerate(self.held):
            for _, two in self.held[n + 1 :]:
                assert all(may_stand_together(p, q) for p in one for q in two)

    def teardown(self):
        for wanted, _ in self.held:
            self.store.release(wanted, using="default")


def run(store, examples):
    machine = type("Machine", (Holds,), {"backend": store})
    quick = settings(
        max_examples=examples,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine, settings=quick)


def test_the_rules_agree_with_a_simple_model():
    run(Pure, 100)


@pytest.mark.django_db
def test_the_database_backend_agrees_with_a_simple_model():
    run(DatabaseBackend(), 25)


@pytest.mark.django_db
def test_the_redis_backend_agrees_with_a_simple_model(valkey):
    run(RedisBackend(), 25)


def test_who_waits_counts_only_for_who_came_later():
    waiting = Standing(claim="x", resource="root", lock="a", kind="held", ticket=5)
    wanted = claim([("root", "a")])
    assert in_the_way(wanted, [waiting]) == [waiting]
    assert in_the_way(wanted, [waiting], ticket=6) == [waiting]
    assert in_the_way(wanted, [waiting], ticket=4) == []
