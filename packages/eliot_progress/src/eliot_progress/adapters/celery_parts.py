"""The parts of chains, groups and chords: which task is which part, and its reports while it runs."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from eliot_progress import context, parts, sanitise
from eliot_progress.cancellation import outcome_of
from eliot_progress.reporter import REPORTER
from eliot_progress.tracker import MIN_OVERDUE_S, WAY_S, Tracker, warn_if_not_received
from eliot_progress.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eliot_progress.messages import Outcome

#: The key of a part in the message header.
KEY = "part"
#: Seconds that a part runs before its first report, and between two.
_FIRST_REPORT_S = 0.2
_EVERY_S = 1.0
#: Seconds to wait for a report that another thread is sending.
_END_WAIT_S = 2.0
_FOLLOWING = "_eliot_progress_following"


class Place(NamedTuple):
    """Which part of which whole a task is, and the number of the first part of the chord's body behind it."""

    whole: parts.Whole
    number: int
    body: int

    def to_dict(self) -> dict[str, object]:
        """Return what travels in the message header."""
        return {**self.whole.to_dict(), "number": self.number, "body": self.body}

    @classmethod
    def read(cls, carrier: object) -> Place | None:
        """Return the place in a message header, or None. Never raises."""
        fields = carrier.get(KEY) if isinstance(carrier, dict) else None
        whole = parts.Whole.read(fields) if isinstance(fields, dict) else None
        if whole is None or not isinstance(fields, dict):
            return None
        number, body = fields.get("number"), fields.get("body")
        if type(number) is not int or type(body) is not int or number < 0:
            return None
        return cls(whole=whole, number=number, body=body)


@dataclass(slots=True)
class _Sending:
    """A block of `parts_of`: numbers what is sent in it."""

    whole: parts.Whole
    count: int = 0
    #: The number of the first part of each chord's body, by the id of its first task.
    bodies: dict[str, int] = field(default_factory=dict)

    def take(self, n: int) -> int:
        """Return the first of the next `n` numbers."""
        self.count += n
        return self.count - n

    def place(self, embed: Mapping[str, Any]) -> Place:
        """Return the place of a task that is sent, and keep numbers for what follows it."""
        number = self.take(1 + len(leaf_ids(embed.get("chain") or [])))
        body = leaf_ids(_body(embed))
        if body and body[0] not in self.bodies:
            self.bodies[body[0]] = self.take(len(body))
        return Place(whole=self.whole, number=number, body=self.bodies[body[0]] if body else _NO_BODY)


_NO_BODY = -1
_sending: ContextVar[_Sending | None] = ContextVar("eliot_progress_sending", default=None)


@contextmanager
def parts_of(description: str, *, about: str = "", by: str = "") -> Iterator[str]:
    """Report all tasks that are sent in this block as the parts of one whole, from here to their end.

    `with parts_of("Publish", about="movies.Movie:7"): chain(...).delay()`. The parts are the tasks of chains,
    groups and chords, wherever they run. `about` and `by` are as in `progress`. Yields the id of the whole,
    which a bar takes in place of the object.
    """
    warn_if_not_received()
    labels = {"about": sanitise.text(about), "by": sanitise.text(by)}
    action = context.start(sanitise.text(description), **{key: text for key, text in labels.items() if text})
    whole = parts.Whole(
        id=action.id, action_type=sanitise.text(description), started_at=time.time(), **labels
    )
    sending, failure = _Sending(whole), None
    _report(action, parts.PartReport(whole=whole, at=time.time()))
    token = _sending.set(sending)
    action.enter()
    try:
        yield action.id
    except BaseException as error:
        failure = error
        raise
    finally:
        _sending.reset(token)
        action.leave()
        outcome: Outcome | None = None if failure is None else outcome_of(failure)
        reason = "" if failure is None else f"Not all parts were sent: {_reason(failure)}"
        sent = parts.PartReport(
            whole=whole, at=time.time(), sent=sending.count, outcome=outcome, reason=reason
        )
        _report(action, sent)
        action.finish(failure)


def place_of(task_id: str, body: object, request: Any) -> Place | None:  # noqa: ANN401 - Celery's own
    """Return the place of a task that is being sent, or None if it is no part.

    `request` is that of the task that sends it, or None.
    """
    embed = body[2] if isinstance(body, list | tuple) and len(body) == 3 else {}
    if (sending := _sending.get()) is not None:
        return sending.place(embed)
    carrier = None if request is None else getattr(request, "eliot_progress", None)
    own = Place.read(carrier)
    if own is None:
        return None
    following = _following(request, own)
    if task_id not in following:
        return None
    first = leaf_ids(_body(embed))[:1]
    return Place(
        whole=own.whole,
        number=following[task_id],
        body=following.get(first[0], own.body) if first else _NO_BODY,
    )


def eager_place() -> Place | None:
    """Return the place of a task that runs where it is sent, without a message."""
    sending = _sending.get()
    return None if sending is None else Place(whole=sending.whole, number=sending.take(1), body=_NO_BODY)


def _following(request: Any, own: Place) -> dict[str, int]:  # noqa: ANN401 - Celery's own
    """Return the numbers of what comes after a task, by id: rest of its chain, body of its chord, itself."""
    known: dict[str, int] | None = getattr(request, _FOLLOWING, None)
    if known is None:
        rest = leaf_ids(list(reversed(request.chain or [])))
        known = {task_id: n for n, task_id in enumerate(rest, own.number + 1)}
        if own.body != _NO_BODY:
            known |= {task_id: n for n, task_id in enumerate(leaf_ids(request.chord or []), own.body)}
        known[str(request.id)] = own.number  # tried again, or replaced by another
        setattr(request, _FOLLOWING, known)
    return known


def _body(embed: Mapping[str, Any]) -> Any:  # noqa: ANN401 - Celery's own structure
    """Return the body of the chord that a task, or the chain that it begins, is in the header of."""
    if body := embed.get("chord"):
        return body
    chain = embed.get("chain") or []
    return (chain[0].get("options", {}).get("chord") if chain else None) or []


def leaf_ids(signature: Any) -> list[str]:  # noqa: ANN401 - Celery's own structure
    """Return the ids of all tasks in a signature, each at the same place in every process."""
    if isinstance(signature, list | tuple):
        return [task_id for each in signature for task_id in leaf_ids(each)]
    subtask_type, arguments = signature.get("subtask_type"), signature.get("kwargs", {})
    if subtask_type in ("chain", "group"):
        return leaf_ids(list(arguments.get("tasks", [])))
    if subtask_type == "chord":
        return leaf_ids([arguments.get("header", []), arguments.get("body", [])])
    return [str(signature.get("options", {}).get("task_id", ""))]


class RunningPart:
    """Reports a part while it runs: its own share is that of the newest progress inside it."""

    def __init__(self, place: Place, action: context.Action, name: str) -> None:
        self._place = place
        self._action = action
        self._name = sanitise.text(name.rpartition(".")[2])
        self._share = 0.0
        self._end: tuple[Outcome | None, str] | None = None
        self._ended = False
        self._due = time.monotonic() + _FIRST_REPORT_S
        self._turn = Turn(self._report)
        action.about_of_whole = place.whole.about
        REPORTER.add(self)

    def finish(self, error: BaseException | None, *, again: bool = False) -> None:
        """Send the last report. `again`: this attempt has ended, and the part has not."""
        end = (None, "") if again else (outcome_of(error), "" if error is None else self._because(error))
        self._end = end
        self._turn.complete(_END_WAIT_S)
        REPORTER.remove(self)

    def report_due(self, now: float) -> None:
        """Send the report that is due at `now` (`time.monotonic()`), if any."""
        if now >= self._due:
            self._due = now + _EVERY_S
            self._turn.run()

    def settle(self) -> None:
        """Do nothing: the end of a task is known when it ends."""

    def _because(self, error: BaseException) -> str:
        return f"{self._name}: {_reason(error)}"

    def _report(self) -> None:
        end = self._end
        if self._ended:
            return
        if end is not None:
            self._ended = True
            self._send(outcome=end[0], reason=end[1])
            return
        name = self._sample() or self._name
        due_s = _EVERY_S + REPORTER.delay_s + WAY_S
        self._send(
            name=name, share=self._share, next_by=time.time() + due_s, grace_s=max(MIN_OVERDUE_S - WAY_S, 0)
        )

    def _send(self, **fields: Any) -> None:  # noqa: ANN401 - as PartReport has them
        report = parts.PartReport(whole=self._place.whole, part=self._place.number, at=time.time(), **fields)
        _report(self._action, report)

    def _sample(self) -> str:
        """Note how far the newest progress inside this part is, and return its description."""
        inside = [work for work in REPORTER.running() if isinstance(work, Tracker) and self._contains(work)]
        if not inside:
            return ""
        newest = max(inside, key=lambda work: (-len(work.action.level), work.action.level))
        self._share = newest.fraction
        return newest.labels.description

    def _contains(self, work: Tracker) -> bool:
        level = self._action.level
        return work.action.task_uuid == self._action.task_uuid and work.action.level[: len(level)] == level


def report_revoked(place: Place, action: context.Action, name: str, reason: str) -> None:
    """Report the end of a part that will never run."""
    report = parts.PartReport(
        whole=place.whole,
        part=place.number,
        at=time.time(),
        outcome="cancelled",
        reason=f"{sanitise.text(name.rpartition('.')[2])}: {reason}",
    )
    _report(action, report)


def _report(action: context.Action, report: parts.PartReport) -> None:
    action.log(parts.PART, **report.fields())


def _reason(error: BaseException) -> str:
    return sanitise.text(error) or type(error).__name__
