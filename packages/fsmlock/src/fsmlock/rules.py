"""Who stands in whose way: the pure rules of compatibility and inheritance that every backend obeys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from django.utils.functional import cached_property  # the standard library's takes a lock on Python 3.11

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The lock that goes together with nothing, on any object that has locks: nobody else may hold anything.
EVERYTHING = "*"

#: A lease that is none: a hundred years, for what a state keeps. Any lease of more than a year is meant so.
UNLIMITED_LEASE_US = 100 * 365 * 86_400_000_000
YEAR_US = 365 * 86_400_000_000

Kind: TypeAlias = Literal["held", "blocked", "retrying"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InheritedLock:
    """An ancestor of the object: while it is held in one of ``names``, the want must stand back."""

    resource: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRequest:
    """One lock requested on one object.

    ``resource`` names the object (``app.model:pk``), ``compatible_with`` the locks that may be held on it at
    the same time, ``inherited`` the locks that it inherits from its ancestors.
    """

    resource: str
    lock: str
    compatible_with: frozenset[str] = frozenset()
    inherited: tuple[InheritedLock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRow:
    """What is written in the store: ``held`` on an object, or ``blocked`` in that name by a child's hold.

    ``retrying`` shows one who comes back for the lock, and is in nobody's way.

    ``ticket`` is the place in line of one who waits; None when it is granted.
    """

    claim: str
    resource: str
    lock: str
    kind: Kind
    ticket: int | None = None


@dataclass(frozen=True, kw_only=True)  # no slots: what is computed from it is kept
class Claim:
    """One request for holds: all of its requests are granted in one step, or none."""

    id: str
    requests: tuple[LockRequest, ...]
    lease_us: int
    holder: str
    why: str = ""
    #: Claims of the same holder that don't stand in the way (explicit re-entry).
    nested_in: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def resources(self) -> list[str]:
        """Every object concerned, ancestors too, in the one order that all processes use."""
        return sorted(
            {w.resource for w in self.requests} | {a.resource for w in self.requests for a in w.inherited}
        )

    @cached_property
    def rows(self) -> list[LockRow]:
        """What to write when granted: the holds, and a mark on each ancestor in each name that they block."""
        held = [LockRow(claim=self.id, resource=w.resource, lock=w.lock, kind="held") for w in self.requests]
        marks = {(a.resource, name) for w in self.requests for a in w.inherited for name in a.names}
        return held + [
            LockRow(claim=self.id, resource=resource, lock=name, kind="blocked")
            for resource, name in sorted(marks)
        ]


def conflicts(request: LockRequest, row: LockRow) -> bool:
    """True when ``row`` (of another claim) and ``request`` can't both be."""
    if row.kind == "retrying":
        return False
    if row.resource == request.resource:
        if row.kind == "held":
            return row.lock not in request.compatible_with
        return request.lock in {row.lock, EVERYTHING}
    if row.kind == "blocked":
        return False
    return any(
        a.resource == row.resource and (row.lock in a.names or row.lock == EVERYTHING)
        for a in request.inherited
    )


def blocking_rows(claim: Claim, rows: Iterable[LockRow], ticket: int | None = None) -> list[LockRow]:
    """Those of ``rows`` that keep ``claim`` from being granted, in the order given.

    Those who wait count too when they came earlier: before ``ticket``, or at all if the claim has none.
    """
    mine = claim.nested_in | {claim.id}
    return [
        s
        for s in rows
        if s.claim not in mine
        and (s.ticket is None or ticket is None or s.ticket < ticket)
        and any(conflicts(w, s) for w in claim.requests)
    ]
