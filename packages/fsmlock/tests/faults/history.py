"""What the processes wrote down, and whether it could have been right."""

from __future__ import annotations

import itertools
import json
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

from fsmlock import clock, locks
from fsmlock.ancestors import lock_requests
from fsmlock.kept_claims import locks_by_state
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

    def moving(self, child, parent, at, *, by=""):
        """Note that a child is about to get another parent, under this claim. Returns what notes the end."""
        number = next(_numbers)
        self.write("moving", [os.getpid(), number], locks.resource(child), locks.resource(parent), at, by)
        return lambda then, kind="moved": self.write(kind, [os.getpid(), number], then)

    def entering(self, obj, at):
        """Note that an object is about to come into a state that keeps a lock. Returns what notes the end."""
        number = [os.getpid(), next(_numbers)]
        self.write("entering", number, locks.resource(obj), at)

        def ended(seen):
            """As the row was read afterwards."""
            lock = locks_by_state(type(seen)).get(seen.state)
            if lock is not None:  # nobody has brought it out again already
                self.write("entered", number, clock.now(), _wants(lock_requests([seen], [lock])))

        return ended

    def leaving(self, obj, at):
        """Note that an object is about to leave its state. Returns what notes the end."""
        number = [os.getpid(), next(_numbers)]
        self.write("leaving", number, locks.resource(obj), at)
        return lambda then: self.write("left", number, then)

    def breaking(self, resource, lock, at):
        """Note that a hold is about to be broken. Returns what notes that it was."""
        number = [os.getpid(), next(_numbers)]
        self.write("breaking", number, resource, lock, at)
        return lambda then: self.write("broke", number, then)

    def granted(self, held, at):
        self.write("granted", held.claim.id, at, _wants(held.claim.requests), dict(held.tokens))


def _wants(requests):
    return [
        [w.resource, w.lock, sorted(w.compatible_with), [[a.resource, sorted(a.names)] for a in w.inherited]]
        for w in requests
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A child got another parent after ``begun`` and before ``ended``; infinite if nobody noted the end."""

    parent: str
    begun: float
    ended: float
    #: The claim under which it was moved; empty if none was needed.
    by: str = ""


def misplaced(intervals, others):
    """Every hold of a child below a parent that it did not have all the while, in words.

    A holder may move what it holds itself.
    """
    moves = _moves(others)
    return [
        f"{interval.who} held {child} below {parent}"
        for interval in intervals
        for request in interval.claim.requests
        for child, parent in itertools.pairwise([request.resource, *(i.resource for i in request.inherited)])
        if interval.end > interval.start and not _stays(child, parent, interval, moves.get(child, []))
    ]


def _stays(child, parent, interval, moves):
    """Whether the child can have been below this parent at the start, and after each move until the end."""
    own = [move for move in moves if move.by == interval.claim.id]
    last = min((move.begun for move in own), default=interval.end)
    moments = [m.ended for m in moves if interval.start < m.begun and m.ended < last]
    return all(parent in _parents_at(moment, moves) for moment in [interval.start, *moments])


def _moves(others):
    ends = {str(event[1]): event[2] for event in others if event[0] == "moved"}
    stayed = {str(event[1]) for event in others if event[0] == "stayed"}
    moves = {}
    for _, number, child, parent, at, *by in (event for event in others if event[0] == "moving"):
        if str(number) not in stayed:
            end = ends.get(str(number), math.inf)
            moves.setdefault(child, []).append(Move(parent=parent, begun=at, ended=end, by="".join(by)))
    return moves


def _parents_at(time, moves):
    """Those of the last move that had ended, of moves beside it, and of later ones that may be committed."""
    before = [move for move in moves if move.begun <= time]
    last = max((move.begun for move in before if move.ended <= time), default=0.0)
    ends = [move.begun + _STOPPED_S if math.isinf(move.ended) else move.ended for move in before]
    return {move.parent for move, end in zip(before, ends, strict=True) if end >= last}


def kept(others):
    """The intervals in which states certainly kept their locks.

    Such a lock has no holder whom one could ask: it is kept from when somebody knew that the object had come
    into the state until somebody may have begun to bring it out.
    """
    begins = {str(event[1]): event[3] for event in others if event[0] == "entering"}
    ends = {str(event[1]): event[2] for event in others if event[0] == "left"}
    leavings = [
        (resource, at, ends.get(str(number), at + _STOPPED_S))
        for _, number, resource, at in (event for event in others if event[0] == "leaving")
    ]
    found = []
    for _, number, at, wants in (event for event in others if event[0] == "entered"):
        name = str(number)
        claim = _claim(f"state {name}", wants)
        resource = claim.requests[0].resource
        left = [begun for which, begun, ended in leavings if which == resource and ended >= begins[name]]
        end = min(left, default=math.inf)
        if end > at:
            found.append(Interval(claim=claim, tokens={}, start=at, end=end, who=f"the state of {resource}"))
    return found


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
