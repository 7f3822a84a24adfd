"""The conformance suite for backends: subclass ``Conformance`` and add a ``backend`` fixture.

    class TestMyBackend(Conformance):
        @pytest.fixture
        def backend(self):
            return MyBackend()

It needs pytest and pytest-django. ``using`` is the database alias of the locked objects. The expected results
come from :mod:`fsmlock.rules`.
"""

# ruff: noqa: D102 - the name of a test says what it shows

from __future__ import annotations

import itertools
import threading
import time
import uuid
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction

from fsmlock.backends.base import MOST_HOLDS, Denied, Granted
from fsmlock.rules import EVERYTHING, Claim, InheritedLock, LockRequest, blocking_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fsmlock.backends.base import Backend, HoldInfo

_PARENT = "shop.film:1"
_CHILD = "shop.frame:7"
_number = itertools.count()


def claim(
    *requests: LockRequest, lease: float = 10.0, nested_in: frozenset[str] = frozenset(), holder: str = "test"
) -> Claim:
    """A claim with a new id."""
    return Claim(
        id=uuid.uuid4().hex,
        requests=requests,
        lease_us=int(lease * 1_000_000),
        holder=holder,
        why=f"number {next(_number)}",
        nested_in=nested_in,
    )


def parent(lock: str = "render", *, compatible_with: frozenset[str] = frozenset()) -> LockRequest:
    """A request for the parent."""
    return LockRequest(resource=_PARENT, lock=lock, compatible_with=compatible_with)


def child(lock: str = "process", resource: str = _CHILD) -> LockRequest:
    """A request for a child that inherits ``render``."""
    return LockRequest(
        resource=resource,
        lock=lock,
        inherited=(InheritedLock(resource=_PARENT, names=frozenset({"render"})),),
    )


@pytest.mark.django_db(transaction=True)
class Conformance:
    """Every test uses the parent ``shop.film:1`` and its children, which need not exist."""

    using = "default"

    def acquire(self, backend: Backend, requested: Claim, **how: object) -> dict[str, int] | None:
        """Return the tokens, or None when the claim was refused."""
        answer = backend.acquire(requested, using=self.using, **how)  # type: ignore[arg-type]
        return dict(answer.tokens) if isinstance(answer, Granted) else None

    def test_one_hold_per_object_by_default(self, backend: Backend) -> None:
        first, second = claim(parent()), claim(parent("ingest"))
        assert self.acquire(backend, first)
        refused = backend.acquire(second, using=self.using)
        assert isinstance(refused, Denied)
        assert [(h.claim, h.lock, h.why) for h in refused.holds] == [(first.id, "render", first.why)]
        backend.release(first, using=self.using)
        assert self.acquire(backend, second)

    def test_compatible_locks_are_held_together(self, backend: Backend) -> None:
        together = frozenset({"ingest"})
        assert self.acquire(backend, claim(parent("ingest", compatible_with=together)))
        assert self.acquire(backend, claim(parent("ingest", compatible_with=together)))
        assert not self.acquire(backend, claim(parent()))

    def test_tokens_grow_with_every_hold_of_the_object(self, backend: Backend) -> None:
        tokens = []
        for _ in range(5):
            requested = claim(parent())
            tokens.append((self.acquire(backend, requested) or {})[_PARENT])
            backend.release(requested, using=self.using)
        assert tokens == sorted(set(tokens))

    def test_a_child_is_locked_by_its_parent(self, backend: Backend) -> None:
        assert self.acquire(backend, claim(parent("render")))
        assert not self.acquire(backend, claim(child()))

    def test_what_is_not_inherited_does_not_lock_the_child(self, backend: Backend) -> None:
        assert self.acquire(backend, claim(parent("ingest")))
        assert self.acquire(backend, claim(child()))

    def test_a_parent_is_not_taken_in_a_name_that_a_child_blocks(self, backend: Backend) -> None:
        requested = claim(child())
        assert self.acquire(backend, requested)
        assert self.acquire(backend, claim(child(resource="shop.frame:8")))
        assert not self.acquire(backend, claim(parent("render")))
        assert self.acquire(backend, claim(parent("ingest")))

    def test_everything_is_compatible_with_nothing(self, backend: Backend) -> None:
        requested = claim(child())
        assert self.acquire(backend, requested)
        assert not self.acquire(backend, claim(parent(EVERYTHING)))
        backend.release(requested, using=self.using)
        assert self.acquire(backend, claim(parent(EVERYTHING)))
        assert not self.acquire(backend, claim(child()))

    def test_all_requests_are_granted_or_none(self, backend: Backend) -> None:
        other = LockRequest(resource="shop.film:2", lock="render")
        first = claim(other)
        assert self.acquire(backend, first)
        assert not self.acquire(backend, claim(parent(), other))
        assert self.acquire(backend, claim(parent()))

    def test_reentry_needs_the_outer_claim(self, backend: Backend) -> None:
        outer = claim(parent())
        assert self.acquire(backend, outer)
        assert not self.acquire(backend, claim(parent()))
        assert self.acquire(backend, claim(parent(), nested_in=frozenset({outer.id})))

    def test_reentry_does_not_queue_behind_those_who_wait_for_the_outer_claim(self, backend: Backend) -> None:
        outer, waiter = claim(parent()), claim(parent())
        assert self.acquire(backend, outer)
        backend.acquire(waiter, using=self.using, queue=True)
        inner = claim(parent(), nested_in=frozenset({outer.id}))
        assert self.acquire(backend, inner)
        for each in (inner, outer):
            backend.release(each, using=self.using)
        assert self.acquire(backend, waiter)

    def test_an_expired_lease_frees_the_lock_and_can_not_be_renewed(self, backend: Backend) -> None:
        dead = claim(parent(), lease=0.1)
        assert self.acquire(backend, dead)
        assert self.eventually(lambda: self.acquire(backend, claim(parent())))
        assert not backend.renew(dead, using=self.using).alive

    def test_a_renewed_lease_stays_valid(self, backend: Backend) -> None:
        requested = claim(parent(), lease=0.4)
        assert self.acquire(backend, requested)
        until = time.monotonic() + 0.8
        while time.monotonic() < until:
            assert backend.renew(requested, using=self.using).alive
            assert not self.acquire(backend, claim(parent()))
            threading.Event().wait(0.05)

    def test_a_cancel_request_reaches_the_holder(self, backend: Backend) -> None:
        requested = claim(parent(), child())
        assert self.acquire(backend, requested)
        (found,) = self.stop(backend, _PARENT)
        assert found.claim == requested.id
        renewed = backend.renew(requested, using=self.using)
        assert (renewed.alive, renewed.by, renewed.why) == (True, "editor", "wrong")
        assert backend.find([_PARENT], using=self.using)[0].cancel_requested_by == "editor"

    def test_a_broken_hold_ends_and_its_holder_learns_who_broke_it(self, backend: Backend) -> None:
        requested = claim(parent())
        assert self.acquire(backend, requested)
        found = backend.find([_PARENT], using=self.using)
        assert self.stop(backend, _PARENT, force=True)
        assert self.acquire(backend, claim(parent()))
        renewed = backend.renew(requested, using=self.using)
        assert (renewed.alive, renewed.by) == (False, "editor")
        assert not backend.stop(found, by="another", why="", force=True, using=self.using)
        assert backend.renew(requested, using=self.using).by == "editor"

    def test_several_claims_are_reached_at_once_whatever_they_hold(self, backend: Backend) -> None:
        together = frozenset({"ingest"})
        claims = [claim(parent("ingest", compatible_with=together)) for _ in range(3)]
        claims += [claim(child(resource=f"shop.frame:{n}")) for n in range(2)]
        claims.append(claim(LockRequest(resource="shop.film:2", lock="render")))
        for each in claims:
            assert self.acquire(backend, each)
        chosen = {each.id for each in (claims[0], claims[2], claims[4], claims[5])}
        rows = backend.find([_PARENT, "shop.film:2"], using=self.using)
        named = [hold for hold in rows if hold.claim in chosen]
        assert backend.stop(named, by="editor", why="", force=False, using=self.using) == tuple(named)
        asked = {each.id for each in claims if backend.renew(each, using=self.using).by == "editor"}
        assert asked == chosen

    def test_a_refusal_by_a_crowd_names_some_of_it(self, backend: Backend) -> None:
        together = frozenset({"ingest"})
        for _ in range(MOST_HOLDS + 5):
            assert self.acquire(backend, claim(parent("ingest", compatible_with=together)))
        refused = backend.acquire(claim(parent()), using=self.using)
        assert isinstance(refused, Denied)
        assert (len(refused.holds), refused.more) == (MOST_HOLDS, True)
        assert {hold.lock for hold in refused.holds} == {"ingest"}

    def test_the_holds_in_the_way_are_found_in_a_crowd_of_others(self, backend: Backend) -> None:
        for n in range(MOST_HOLDS + 5):
            assert self.acquire(backend, claim(child(resource=f"shop.frame:{n}")))
        compatible = frozenset({"render"})
        first = claim(parent("ingest", compatible_with=compatible))
        assert self.acquire(backend, first)
        refused = backend.acquire(claim(parent("ingest", compatible_with=compatible)), using=self.using)
        assert isinstance(refused, Denied)
        assert [hold.claim for hold in refused.holds] == [first.id]
        backend.release(first, using=self.using)
        assert self.acquire(backend, claim(parent("ingest", compatible_with=compatible)))

    def test_what_dead_holders_left_in_a_crowd_blocks_nobody(self, backend: Backend) -> None:
        for _ in range(MOST_HOLDS + 5):
            assert self.acquire(
                backend, claim(parent("ingest", compatible_with=frozenset({"ingest"})), lease=0.1)
            )
        assert self.eventually(lambda: self.acquire(backend, claim(parent())))

    def test_holds_are_found(self, backend: Backend) -> None:
        first = claim(child(), holder="worker 3")
        assert self.acquire(backend, first)
        found = backend.find([_CHILD, _PARENT, "shop.film:9"], using=self.using)
        assert {(h.resource, h.lock, h.kind, h.holder) for h in found} == {
            (_CHILD, "process", "held", "worker 3"),
            (_PARENT, "render", "blocked", "worker 3"),
        }
        assert [h.resource for h in backend.find(None, using=self.using, limit=5)] == [_CHILD]
        assert backend.find([], using=self.using) == ()

    def test_first_come_first_served(self, backend: Backend) -> None:
        holder, first, second = claim(parent()), claim(parent()), claim(parent())
        assert self.acquire(backend, holder)
        tickets = [backend.acquire(c, using=self.using, queue=True).ticket for c in (first, second)]  # type: ignore[union-attr]
        backend.release(holder, using=self.using)
        assert not self.acquire(backend, claim(parent())), "a newcomer must not overtake waiters"
        assert not self.acquire(backend, second, ticket=tickets[1])
        assert self.acquire(backend, first, ticket=tickets[0])
        backend.release(first, using=self.using)
        assert self.acquire(backend, second, ticket=tickets[1])

    def test_a_waiter_that_leaves_the_queue_blocks_nobody(self, backend: Backend) -> None:
        holder, first = claim(parent()), claim(parent())
        assert self.acquire(backend, holder)
        backend.acquire(first, using=self.using, queue=True)
        backend.release(first, using=self.using)
        backend.release(holder, using=self.using)
        assert self.acquire(backend, claim(parent()))

    def test_a_release_wakes_the_waiter(self, backend: Backend) -> None:
        holder, waiter = claim(parent()), claim(parent())
        assert self.acquire(backend, holder)
        place = backend.wait_queue(waiter, using=self.using)
        backend.acquire(waiter, using=self.using, queue=True)
        timer = threading.Timer(0.1, self.in_thread(lambda: backend.release(holder, using=self.using)))
        timer.start()
        started = time.monotonic()
        place.wait(5)
        waited = time.monotonic() - started
        place.close()
        timer.join()
        assert waited < 2, f"woken only after {waited:.1f} s"

    def test_a_transaction_commits_only_while_the_claim_is_valid(self, backend: Backend) -> None:
        stale, fresh = claim(parent()), claim(parent())
        tokens = self.acquire(backend, stale) or {}
        with transaction.atomic(using=self.using):
            assert backend.guard(stale, tokens, using=self.using)
        self.stop(backend, _PARENT, force=True)
        newer = self.acquire(backend, fresh) or {}
        with transaction.atomic(using=self.using):
            assert backend.guard(fresh, newer, using=self.using)
        with transaction.atomic(using=self.using):
            assert not backend.guard(stale, tokens, using=self.using)

    def test_every_pair_of_requests_follows_the_rules(self, backend: Backend) -> None:
        requests = [
            *(
                parent(lock, compatible_with=frozenset(compatible))
                for lock, compatible in (("render", ""), ("a", ("b",)), ("b", ("a",)))
            ),
            parent(EVERYTHING),
            child(),
            child("other"),
        ]
        for first, second in itertools.product(requests, requests):
            one, two = claim(first), claim(second)
            assert self.acquire(backend, one)
            granted = self.acquire(backend, two) is not None
            assert granted == (not blocking_rows(two, one.rows)), (first, second)
            backend.release(two, using=self.using)
            backend.release(one, using=self.using)

    def stop(self, backend: Backend, resource: str, *, force: bool = False) -> Sequence[HoldInfo]:
        """Ask all holders of the resource to stop, or break their holds."""
        held = [hold for hold in backend.find([resource], using=self.using) if hold.kind == "held"]
        return backend.stop(held, by="editor", why="wrong", force=force, using=self.using)

    def eventually(self, condition: Callable[[], object], *, within: float = 5.0) -> bool:
        """Poll until ``condition()`` is true; return whether it was within the time."""
        until = time.monotonic() + within
        while not condition():
            if time.monotonic() > until:
                return False
            threading.Event().wait(0.02)
        return True

    def in_thread(self, function: Callable[[], object]) -> Callable[[], None]:
        """Wrap ``function`` so that it closes the database connections of its thread."""

        def run() -> None:
            try:
                function()
            finally:
                connections.close_all()

        return run
