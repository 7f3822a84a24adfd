"""When two locks exclude each other: the specification that every backend implements.

Locks on one object exclude each other unless they are declared as compatible. A lock that a child inherits
excludes the child's locks too: a hold on the child marks each such name on the ancestors as ``blocked``.

The same rules exist in four places: here, in ``backends.dialects`` (SQL of SQLite), in the PostgreSQL
functions that ``migrations/sql`` creates, and in ``backends/lua/acquire.lua``. This module is the
specification: change it first, then the others. ``tests/test_rules.py`` and ``testing.conformance`` compare
them.

The values of which every hold makes several are named tuples: they are made in half the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from django.utils.functional import cached_property  # the standard library's takes a lock on Python 3.11

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

#: The lock that every object with locks has. It is compatible with no other lock.
EVERYTHING = "*"

#: The lease of a hold that belongs to a state and not to a process: a hundred years.
UNLIMITED_LEASE_US = 100 * 365 * 86_400_000_000
#: A longer lease than this one counts as unlimited.
YEAR_US = 365 * 86_400_000_000

RowKind: TypeAlias = Literal["held", "blocked", "retrying"]

#: The rows of a claim without names of objects: for each the number of its object in ``Claim.resources``, its
#: lock, its kind and the locks that are compatible with it.
Shape: TypeAlias = tuple[tuple[int, str, RowKind, frozenset[str]], ...]

_NO_LOCKS: frozenset[str] = frozenset()

#: The primary key of an object, then those of its ancestors, nearest first. None: no parent, the chain ends.
Keys: TypeAlias = tuple[object, ...]


class InheritedLock(NamedTuple):
    """Locks of an ancestor that hold for the object too.

    While ``names`` or :data:`EVERYTHING` are held on ``resource``, the request is refused.
    """

    resource: str
    names: frozenset[str]


class Ancestry(NamedTuple):
    """What a request assumes about the rows of an object and its ancestors, which the store compares."""

    model: type[models.Model]
    keys: Keys


class LockRequest(NamedTuple):
    """One lock requested on one object.

    ``resource`` names the object (``app.model:pk``), ``compatible_with`` the locks that may be held on it at
    the same time, ``inherited`` the locks of its ancestors, and ``ancestry`` how they were found; None if it
    can't have any.
    """

    resource: str
    lock: str
    compatible_with: frozenset[str] = frozenset()
    inherited: tuple[InheritedLock, ...] = ()
    ancestry: Ancestry | None = None


class LockRow(NamedTuple):
    """One row in the store.

    ``kind`` is ``held`` for a hold on the object, ``blocked`` for a name that a child's hold blocks on an
    ancestor, and ``retrying`` for a claim that will be retried later, which blocks nobody. ``ticket`` is the
    position of a waiter in the queue; None for a granted row.
    """

    claim: str
    resource: str
    lock: str
    kind: RowKind
    ticket: int | None = None


def is_claim_of_state(claim_id: str) -> bool:
    """Whether a state holds it, not a process: the id is a UUID of version 5, and others of version 4."""
    return claim_id[12:13] == "5"


@dataclass(frozen=True, kw_only=True)  # no slots: cached properties need a dict
class Claim:
    """Lock requests that are granted together or not at all.

    ``nested_in`` names the claims of the same holder that don't block this one (explicit re-entry).
    """

    id: str
    requests: tuple[LockRequest, ...]
    lease_us: int
    holder: str
    why: str = ""
    nested_in: frozenset[str] = field(default_factory=frozenset)

    def behind(self, ticket: int | None) -> int | None:
        """The ticket before which waiters come first; None: all of them do.

        None comes before a claim that is nested in another one: they may be waiting for just that one.
        """
        return 0 if self.nested_in else ticket

    @property
    def is_of_state(self) -> bool:
        """Whether a state holds it, not a process: see ``state_locks.state_claim_id``."""
        return is_claim_of_state(self.id)

    @cached_property
    def resources(self) -> list[str]:
        """All objects involved, including ancestors, in the order in which every process locks them."""
        return sorted(
            {r.resource for r in self.requests} | {i.resource for r in self.requests for i in r.inherited}
        )

    @cached_property
    def lock_names(self) -> list[str]:
        """The names of locks in its rows."""
        return sorted({row.lock for row in self.rows})

    @cached_property
    def rows(self) -> list[LockRow]:
        """The rows to write when the claim is granted: the holds, then the names blocked on ancestors."""
        held = [LockRow(self.id, r.resource, r.lock, "held") for r in self.requests]
        blocked = {(i.resource, name) for r in self.requests for i in r.inherited for name in i.names}
        return held + [LockRow(self.id, resource, name, "blocked") for resource, name in sorted(blocked)]

    @cached_property
    def shape(self) -> Shape:
        """Its rows without names of objects: many claims have the same one."""
        number = {resource: n for n, resource in enumerate(self.resources)}
        compatible = [
            request.compatible_with for request in self.requests
        ]  # the rows begin with the requests
        compatible += [_NO_LOCKS] * (len(self.rows) - len(compatible))
        return tuple([(number[row.resource], row.lock, row.kind, c) for row, c in zip(self.rows, compatible)])  # noqa: B905 - equally long


def conflicts(request: LockRequest, row: LockRow) -> bool:
    """Whether ``row`` of another claim excludes ``request``."""
    if row.kind == "retrying":
        return False
    if row.resource == request.resource:
        if row.kind == "held":
            return row.lock not in request.compatible_with
        return request.lock in {row.lock, EVERYTHING}
    if row.kind == "blocked":
        return False
    return any(
        inherited.resource == row.resource and (row.lock in inherited.names or row.lock == EVERYTHING)
        for inherited in request.inherited
    )


def blocking_rows(claim: Claim, rows: Iterable[LockRow], ticket: int | None = None) -> list[LockRow]:
    """Return the rows that keep ``claim`` from being granted, in the order given.

    Waiters count as well if they come before ``ticket``. Without a ticket all waiters count. None does for a
    claim that is nested in another one.
    """
    before = claim.behind(ticket)
    own = claim.nested_in | {claim.id}
    return [
        row
        for row in rows
        if row.claim not in own
        and (row.ticket is None or before is None or row.ticket < before)
        and any(conflicts(request, row) for request in claim.requests)
    ]
