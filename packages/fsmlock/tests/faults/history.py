"""What the processes wrote down, and whether it could have been right."""

from __future__ import annotations

import itertools
import json
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

from fsmlock import locks
from fsmlock.rules import Claim, InheritedLock, LockRequest, blocking_rows

_numbers = itertools.count()
#: A process is stopped for less than this before it goes on to break a hold.
_STOPPED_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From ``start`` to ``end`` (clock.now of this host) the process believed in its hold."""

    claim: Claim
    tokens: dict[str, int]
    start: float
    end: float
    who: str


class Diary:
    """One line per event, flushed at once: a killed process leaves what it wrote."""

    def __init__(self, path):
        self._file = Path(path).open("a", buffering=1)  # noqa: SIM115 - open until the process dies

    def write(self, *event):
        self._file.write(json.dumps(event) + "\n")

    def moving(self, child, parent, at):
        """Note that a child is about to get another parent. Returns what notes the end."""
        number = next(_numbers)
        self.write("moving", [os.getpid(), number], locks.resource(child), locks.resource(parent), at)
        return lambda then, kind="moved": self.write(kind, [os.getpid(), number], then)

    def breaking(self, resource, lock, at):
        """Note that a hold is about to be broken. Returns what notes that it was."""
        number = [os.getpid(), next(_numbers)]
        self.write("breaking", number, resource, lock, at)
        return lambda then: self.write("broke", number, then)

    def granted(self, held, at):
        wants = [
            [
                w.resource,
                w.lock,
                sorted(w.compatible_with),
                [[a.resource, sorted(a.names)] for a in w.inherited],
            ]
            for w in held.claim.requests
        ]
        self.write("granted", held.claim.id, at, wants, dict(held.tokens))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A child got another parent after ``begun`` and before ``ended``; infinite if nobody noted the end."""

    parent: str
    begun: float
    ended: float


def misplaced(intervals, others):
    """Every hold of a child below a parent that it did not have when it was granted, in words."""
    moves = _moves(others)
    return [
        f"{interval.who} held {child} below {parent}"
        for interval in intervals
        for request in interval.claim.requests
        for child, parent in itertools.pairwise([request.resource, *(i.resource for i in request.inherited)])
        if interval.end > interval.start and parent not in _parents_at(interval.start, moves.get(child, []))
    ]


def _moves(others):
    ends = {str(event[1]): event[2] for event in others if event[0] == "moved"}
    stayed = {str(event[1]) for event in others if event[0] == "stayed"}
    moves = {}
    for _, number, child, parent, at in (event for event in others if event[0] == "moving"):
        if str(number) not in stayed:
            move = Move(parent=parent, begun=at, ended=ends.get(str(number), math.inf))
            moves.setdefault(child, []).append(move)
    return moves


def _parents_at(time, moves):
    """That of the last move which had ended, and of those that began later and may have been committed."""
    before = [move for move in moves if move.begun <= time]
    last = max((move.begun for move in before if move.ended <= time), default=0.0)
    return {move.parent for move in before if move.begun >= last}


def read(folder):
    """The intervals in all diaries, and the other events."""
    intervals, others = [], []
    for path in sorted(Path(folder).glob("*.diary")):
        opened = {}
        for line in path.read_text().splitlines():
            try:
                kind, *event = json.loads(line)
            except ValueError:
                continue  # the last line of a killed process
            if kind == "granted":
                claim, at, wants, tokens = event
                opened[claim] = [_claim(claim, wants), tokens, at, at]
            elif kind == "sure":
                opened[event[0]][3] = max(opened[event[0]][3], event[1])
            else:
                others.append((kind, *event))
        intervals += [
            Interval(claim=c, tokens=t, start=start, end=end, who=path.stem)
            for c, t, start, end in opened.values()
        ]
    return intervals, others


def _claim(name, wants):
    return Claim(
        id=name,
        lease_us=0,
        holder="",
        requests=tuple(
            LockRequest(
                resource=resource,
                lock=lock,
                compatible_with=frozenset(beside),
                inherited=tuple(InheritedLock(resource=r, names=frozenset(names)) for r, names in above),
            )
            for resource, lock, beside, above in wants
        ),
    )


def collide(one, two):
    return bool(blocking_rows(one.claim, two.claim.rows))


def cut(intervals, others):
    """A holder whose hold is broken learns it a little later: until then it is the fence that protects."""
    ends = {str(event[1]): event[2] for event in others if event[0] == "broke"}
    breaks = [
        (resource, lock, at, ends.get(str(number), at + _STOPPED_S))  # killed before it could note the end
        for _, number, resource, lock, at in (event for event in others if event[0] == "breaking")
    ]
    return [_cut(interval, breaks) for interval in intervals]


def _cut(interval, breaks):
    end = interval.end
    for resource, lock, before, after in breaks:
        if interval.start <= after and (resource, lock) in {
            (w.resource, w.lock) for w in interval.claim.requests
        }:
            end = min(end, max(interval.start, before))
    return replace(interval, end=end)


def violations(intervals):
    """Every pair that can't both have been, in words."""
    found = []
    ordered = sorted(intervals, key=lambda i: i.start)
    for n, one in enumerate(ordered):
        overlapping = itertools.takewhile(lambda other, one=one: other.start < one.end, ordered[n + 1 :])
        found += [
            f"{one.who} and {two.who} both held: {one.claim.requests} {two.claim.requests}"
            for two in overlapping
            if collide(one, two)
        ]
    return found + _shrinking_tokens(ordered)


def _shrinking_tokens(ordered):
    found = []
    newest: dict[str, list[Interval]] = {}
    for interval in ordered:
        for resource, token in interval.tokens.items():
            found += [
                f"the token of {resource} went from {before.tokens[resource]} to {token}"
                for before in newest.get(resource, [])
                if before.end <= interval.start
                and collide(before, interval)
                and before.tokens[resource] >= token
            ]
            newest.setdefault(resource, []).append(interval)
            newest[resource] = newest[resource][-20:]
    return found
