from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fsmlock import clock
from fsmlock.backends.base import Denied, Granted, Renewed
from fsmlock.backends.database import DatabaseBackend
from fsmlock.backends.redis import RedisBackend
from fsmlock.rules import EVERYTHING, Claim, InheritedLock, LockRequest, LockRow, blocking_rows
from fsmlock.testing import FakeClock

#: A tree: each object with its parent. The lock "a" is inherited, the others are not.
PARENTS = {"root": None, "left": "root", "right": "root", "leaf": "left"}
LOCKS = ("a", "b", "c", EVERYTHING)
#: "b" and "c" are compatible, "b" also with itself.
COMPATIBLE = {"a": set(), "b": {"b", "c"}, "c": {"b"}, EVERYTHING: set()}

#: The lease of the claims, and how long every backend remembers a waiter.
LEASE_S, WAITER_LEASE_S = 60.0, 1.0


def ancestors(name):
    while (name := PARENTS[name]) is not None:
        yield name


def are_compatible(one, two):
    """The rules, written independently of the code under test."""
    (first, lock), (second, other) = one, two
    if first == second:
        return other in COMPATIBLE[lock]
    if first in ancestors(second):
        return lock not in {"a", EVERYTHING}
    if second in ancestors(first):
        return other not in {"a", EVERYTHING}
    return True


def request(name, lock):
    inherited = tuple(InheritedLock(resource=n, names=frozenset({"a"})) for n in ancestors(name))
    return LockRequest(
        resource=name, lock=lock, compatible_with=frozenset(COMPATIBLE[lock]), inherited=inherited
    )


def claim(places, nested_in=frozenset()):
    requests = tuple(request(*place) for place in places)
    return Claim(
        id=uuid.uuid4().hex,
        requests=requests,
        lease_us=int(LEASE_S * 1_000_000),
        holder="h",
        nested_in=nested_in,
    )


class Pure:
    """The rules alone, over a list."""

    def __init__(self):
        self.rows = []
        self.ends = {}
        self.tickets = itertools.count(1)

    def acquire(self, wanted, *, using, queue=False, ticket=None):
        self.rows = [row for row in self.rows if self.ends[row.claim] > clock.now()]
        refused = blocking_rows(wanted, self.rows, ticket)
        if refused and not queue:
            return Denied(holds=())
        self.release(wanted, using=using)
        ticket = (ticket or next(self.tickets)) if refused else None
        self.rows += [row._replace(ticket=ticket) for row in wanted.rows]
        self.ends[wanted.id] = clock.now() + (WAITER_LEASE_S if refused else LEASE_S)
        return Denied(holds=(), ticket=ticket) if refused else Granted(tokens={})

    def renew(self, wanted, *, using):
        self.ends[wanted.id] = clock.now() + LEASE_S
        return Renewed(alive=any(row.claim == wanted.id for row in self.rows))

    def find(self, resources, *, using):
        return [row for row in self.rows if row.resource in resources]

    def stop(self, holds, *, by, why, force, using):
        met = {hold.claim for hold in holds}
        self.rows = [row for row in self.rows if row.claim not in met]

    def release(self, wanted, *, using):
        self.rows = [row for row in self.rows if row.claim != wanted.id]


@dataclass(eq=False)
class Party:
    """A holder or waiter, as the model knows it."""

    claim: Claim
    places: list
    ends: float
    ticket: int | None = None

    def is_compatible_with(self, places):
        return all(are_compatible(p, q) for p in self.places for q in places)


some_places = st.lists(
    st.tuples(st.sampled_from(sorted(PARENTS)), st.sampled_from(LOCKS)), min_size=1, max_size=2, unique=True
)


class Holds(RuleBasedStateMachine):
    """Holders and waiters on a fake clock."""

    backend = None

    def __init__(self):
        super().__init__()
        self.time = FakeClock()
        self.time.__enter__()
        self.store = self.backend() if isinstance(self.backend, type) else self.backend
        self.held = []
        self.waiting = []
        self.claims = []

    def acquire(self, party, *, queue):
        """Acquire, compare the answer with the model, and update the model."""
        earlier = [w for w in self.waiting if party.ticket is None or w.ticket < party.ticket]
        expected = all(other.is_compatible_with(party.places) for other in [*self.held, *earlier])
        answer = self.store.acquire(party.claim, using="default", queue=queue, ticket=party.ticket)
        assert isinstance(answer, Granted) == expected
        if party in self.waiting:
            self.waiting.remove(party)
        if expected:
            self.held.append(replace(party, ends=clock.now() + LEASE_S))
        elif queue:
            assert answer.ticket > max((w.ticket for w in earlier), default=0)
            self.waiting.append(replace(party, ends=clock.now() + WAITER_LEASE_S, ticket=answer.ticket))

    @rule(places=some_places, queue=st.booleans())
    def take(self, places, queue):
        self.come(places, queue=queue)

    def come(self, places, *, queue):
        self.claims.append(claim(places))
        self.acquire(Party(self.claims[-1], places, 0.0), queue=queue)

    @precondition(lambda self: self.held or self.waiting)
    @rule(data=st.data())
    def wait_for_the_same(self, data):
        """Make sure that often several wait for the same objects."""
        self.come(data.draw(st.sampled_from([*self.held, *self.waiting])).places, queue=True)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def ask_again(self, data):
        self.acquire(data.draw(st.sampled_from(self.waiting)), queue=True)

    @precondition(lambda self: self.held or self.waiting)
    @rule(data=st.data())
    def release(self, data):
        party = data.draw(st.sampled_from([*self.held, *self.waiting]))
        (self.held if party in self.held else self.waiting).remove(party)
        self.store.release(party.claim, using="default")

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def renew(self, data):
        party = data.draw(st.sampled_from(self.held))
        assert self.store.renew(party.claim, using="default").alive
        party.ends = clock.now() + LEASE_S

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def take_away(self, data):
        place = data.draw(st.sampled_from([p for party in self.held for p in party.places]))
        parties = [party for party in self.held if place in party.places]
        claims = {party.claim.id for party in parties}
        holds = [hold for hold in self.store.find([place[0]], using="default") if hold.claim in claims]
        self.store.stop(holds, by="b", why="w", force=True, using="default")
        for party in parties:
            assert not self.store.renew(party.claim, using="default").alive
            self.held.remove(party)

    @rule(seconds=st.sampled_from([WAITER_LEASE_S * 0.6, LEASE_S * 0.6]))
    def let_time_pass(self, seconds):
        """An expired party is forgotten and never acquires again."""
        self.time.advance(seconds)
        self.held = [party for party in self.held if party.ends > clock.now()]
        self.waiting = [party for party in self.waiting if party.ends > clock.now()]

    @precondition(lambda self: len(self.held) == 1)
    @rule(lock=st.sampled_from(LOCKS))
    def enter_again(self, lock):
        (outer,) = self.held
        inner = claim([(outer.places[0][0], lock)], nested_in=frozenset({outer.claim.id}))
        assert isinstance(self.store.acquire(inner, using="default"), Granted)
        self.store.release(inner, using="default")

    @invariant()
    def all_holds_are_compatible(self):
        for one, two in itertools.combinations(self.held, 2):
            assert one.is_compatible_with(two.places)

    def teardown(self):
        for each in self.claims:  # expired and broken ones too: the next example restarts the clock
            self.store.release(each, using="default")
        self.time.__exit__(None, None, None)


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


def test_a_waiter_blocks_only_later_claims():
    waiting = LockRow(claim="x", resource="root", lock="a", kind="held", ticket=5)
    wanted = claim([("root", "a")])
    assert blocking_rows(wanted, [waiting]) == [waiting]
    assert blocking_rows(wanted, [waiting], ticket=6) == [waiting]
    assert blocking_rows(wanted, [waiting], ticket=4) == []
