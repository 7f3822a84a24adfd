"""Tells what a request caused, from the actions that the log has of it: click, request, queue, worker. Pure.

Words are the app's own: of what the log says only the outcome, the time and how far it got are shown, and the
sentence of a failure to those who may read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Maximum number of lines.
MAX_STEPS: Final = 60
#: What each action of the log was, in people's words. Others are left out.
_WORDS: Final[Mapping[str, str]] = {
    "http:request": "A click reached the server.",
    "movie:request": "The movie was requested.",
    "run:send": "Its task was sent.",
    "movie:send": "Its task was sent.",
    "celery:task": "A worker took the task",
    "render:measure": "Measuring how the camera moved",
    "render:movie": "Rendering",
    "render:encode": "Encoding.",
}
#: The actions that are read: those, and the one that says when a task entered its queue.
PUBLISH: Final = "celery:publish"
KINDS: Final = (*_WORDS, PUBLISH)
_WITHHELD: Final = "It failed. Who may read the log finds the reason there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of the log; None and empty for what it does not say."""

    path: str
    kind: str
    #: started, succeeded, failed or cancelled.
    status: str
    started_at: float | None
    duration_s: float | None = None
    reason: str = ""
    done: float | None = None
    total: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line: what happened, when, for how long, and how it ended."""

    id: str
    #: How many of the lines before it caused it.
    depth: int
    message: str
    at: datetime | None
    duration_s: float | None
    outcome: str
    #: Whether it failed by itself, and not because something that it caused did.
    is_cause: bool = False
    #: Why it failed; empty for all else.
    failure: str = ""


def steps(actions: Iterable[Action], *, failure: str, reads_log: bool) -> tuple[Step, ...]:
    """Return the lines in the order in which things began.

    ``failure`` is what the object itself says of its failure, which everybody may read who may read it;
    ``reads_log`` says whether the viewer may read all other reasons, too.
    """
    found = sorted(actions, key=lambda each: (each.started_at is None, each.started_at or 0.0, each.path))
    shown = [each for each in found if each.kind in _WORDS]
    sent_at = {each.path: each.started_at for each in found if each.kind == PUBLISH}
    failed = [each.path for each in shown if each.status == "failed"]
    cancelled = [each.path for each in shown if each.status == "cancelled"]
    again = 0
    lines = []
    for each in shown[:MAX_STEPS]:
        again += each.kind == "movie:send"
        # What a person cancels ends within by an error.
        is_cancelled = each.status == "failed" and any(_is_below(each.path, path) for path in cancelled)
        is_cause = (
            each.status == "failed"
            and not is_cancelled
            and not any(_is_below(path, each.path) for path in failed)
        )
        lines.append(
            Step(
                id=each.path or "root",
                depth=sum(_is_below(each.path, other.path) for other in shown),
                message=_message(each, shown, sent_at, is_again=again > 1),
                at=None if each.started_at is None else datetime.fromtimestamp(each.started_at, UTC),
                duration_s=each.duration_s,
                outcome="cancelled" if is_cancelled else _OUTCOMES.get(each.status, "end not logged"),
                is_cause=is_cause,
                failure=_failure(each.reason, failure, reads_log=reads_log) if is_cause else "",
            )
        )
    return tuple(lines)


_OUTCOMES: Final[Mapping[str, str]] = {
    "started": "not ended",
    "succeeded": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}


def _message(
    action: Action, shown: Sequence[Action], sent_at: Mapping[str, float | None], *, is_again: bool
) -> str:
    words = _WORDS[action.kind]
    match action.kind:
        case "movie:send" if is_again:
            return "Its task was sent again."
        case "celery:task":
            wait = _wait(action, sent_at)
            caused = any(_is_below(other.path, action.path) for other in shown)
            nothing = "" if caused or action.status != "succeeded" else " and found nothing left to do"
            return f"{words}{wait}{nothing}."
        case "render:measure" | "render:movie" if action.total is not None:
            return f"{words}: {action.done or 0:,.0f} of {action.total:,.0f} {action.unit or 'item'}s."
        case "render:measure" | "render:movie":
            return f"{words}."
        case _:
            return words


def _wait(action: Action, sent_at: Mapping[str, float | None]) -> str:
    begun = sent_at.get(action.path.rpartition("/")[0])
    if begun is None or action.started_at is None or action.started_at < begun:
        return ""
    seconds = action.started_at - begun
    return f" after {seconds:.0f} s in the queue" if seconds >= 1 else " at once"


def _failure(reason: str, own: str, *, reads_log: bool) -> str:
    if reads_log:
        return reason or own or "It failed without saying why."
    return own or _WITHHELD


def _is_below(path: str, other: str) -> bool:
    return path != other and (not other or path.startswith(f"{other}/"))


def nothing_known(causal_id: str, age_s: float) -> str:
    """Return why there are no lines: no causal id, a log that isn't read so far yet, or one that is gone."""
    if not causal_id:
        return "What it caused is not known: it was requested without a causal id."
    if age_s < _READ_WITHIN_S:
        return "The log has not been read so far yet: what it caused appears within seconds."
    return (
        "The log has nothing of this request any more, or it is on another machine: "
        "it keeps 30 days, and only of this machine."
    )


#: Seconds within which the log's reader has stored a message.
_READ_WITHIN_S: Final = 20.0
UNREADABLE: Final = "The log can't be read now, so what it caused is not known."
