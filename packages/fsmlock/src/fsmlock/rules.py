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
FOR_EVER_US = 100 * 365 * 86_400_000_000
YEAR_US = 365 * 86_400_000_000

Kind: TypeAlias = Literal["held", "blocked", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """An ancestor of the object: while it is held in one of ``names``, the want must stand back."""

    resource: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """One lock wanted on one object.

    ``resource`` names the object (``app.model:pk``), ``beside`` the locks that may be held on it at the same
    time, ``above`` the ancestors from which it inherits.
    """

    resource: str
    lock: str
    beside: frozenset[str] = frozenset()
    above: tuple[Above, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is written in the store: ``held`` on an object, or ``blocked`` in that name by a child's hold.

    ``later`` shows one who comes back for the lock, and is in nobody's way.

    ``ticket`` is the place in line of one who waits; None when it is granted.
    """

    claim: str
    resource: str
    lock: str
    kind: Kind
    ticket: int | None = None


@dataclass(frozen=True, kw_only=True)  # no slots: what is computed from it is kept
class Claim:
    """One request for holds: all of its wants are granted in one step, or none."""

    id: str
    wants: tuple[Want, ...]
    lease_us: int
    holder: str
    why: str = ""
    #: Claims of the same holder that don't stand in the way (explicit re-entry).
    within: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def resources(self) -> list[str]:
        """Every object concerned, ancestors too, in the one order that all processes use."""
        return sorted({w.resource for w in self.wants} | {a.resource for w in self.wants for a in w.above})

    @cached_property
    def rows(self) -> list[Standing]:
        """What to write when granted: the holds, and a mark on each ancestor in each name that they block."""
        held = [Standing(claim=self.id, resource=w.resource, lock=w.lock, kind="held") for w in self.wants]
        marks = {(a.resource, name) for w in self.wants for a in w.above for name in a.names}
        return held + [
            Standing(claim=self.id, resource=resource, lock=name, kind="blocked")
            for resource, name in sorted(marks)
        ]


def collides(want: Want, standing: Standing) -> bool:
    """True when ``standing`` (of another claim) and ``want`` can't both be."""
    if standing.kind == "later":
        return False
    if standing.resource == want.resource:
        if standing.kind == "held":
            return standing.lock not in want.beside
        return want.lock in {standing.lock, EVERYTHING}
    if standing.kind == "blocked":
        return False
    return any(
        a.resource == standing.resource and (standing.lock in a.names or standing.lock == EVERYTHING)
        for a in want.above
    )


def in_the_way(claim: Claim, standings: Iterable[Standing], ticket: int | None = None) -> list[Standing]:
    """Those of ``standings`` that keep ``claim`` from being granted, in the order given.

    Those who wait count too when they came earlier: before ``ticket``, or at all if the claim has none.
    """
    mine = claim.within | {claim.id}
    return [
        s
        for s in standings
        if s.claim not in mine
        and (s.ticket is None or ticket is None or s.ticket < ticket)
        and any(collides(w, s) for w in claim.wants)
    ]
