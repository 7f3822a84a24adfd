"""The admin's page of running and recently finished tasks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.template.response import TemplateResponse

from eliot_progress import errors, ids, sanitise, stall
from eliot_progress.django import conf, presentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse

    from eliot_progress.state import TaskState

#: Running and ended tasks on the page, and how many ended ones are filtered to find them.
_TASKS = 200
_ENDED = 25
_MAX_ENDED = 1000
_SHOWS = ("all", "mine", "stalled", "failed")


def overview(request: HttpRequest, context: Mapping[str, object]) -> HttpResponse:
    """Show the running and the recently finished tasks."""
    now, show = time.time(), request.GET.get("show", "all")
    show = show if show in _SHOWS else "all"
    by = request.user.get_username() if show == "mine" else None
    values = {
        **context,
        "title": "Running tasks",
        "show": show,
        "shows": _SHOWS,
        "tasks": [task(state, now) for state in _running(show, by, now)],
        "ended": [task(state, now) for state in _ended(show, by)],
        "at": presentation.clock(now).partition(".")[0],
    }
    part = "_overview.html" if "part" in request.GET else "overview.html"
    return TemplateResponse(request, f"eliot_progress/{part}", values)


def _running(show: str, by: str | None, now: float) -> Iterable[TaskState]:
    if show == "failed":
        return ()
    states = _requested_by(by, conf.store().active(_TASKS))
    if show == "stalled":
        silent = (stall.Liveness.LATE, stall.Liveness.STALLED)
        return [state for state in states if stall.judge(state, now) in silent]
    return states


def _ended(show: str, by: str | None) -> Iterable[TaskState]:
    if show == "stalled":
        return ()
    return islice(
        _requested_by(by, conf.store().ended(_MAX_ENDED, outcome="failed" if show == "failed" else None)),
        _ENDED,
    )


def _requested_by(by: str | None, states: Iterable[TaskState]) -> Iterable[TaskState]:
    return states if by is None else (state for state in states if state.by == by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of the overview."""

    id: str
    causal_id: str
    path: str
    description: str
    about: str
    by: str
    liveness: str
    outcome: str
    reason: str
    done: str
    percent: str
    step: str
    left: str
    since: str
    beat: str


def task(state: TaskState, now: float) -> Task:
    """Return the row of a task, judged at `now` (seconds since 1970)."""
    liveness = stall.judge(state, now).value
    running = state.outcome is None and liveness != stall.Liveness.STALLED
    return Task(
        id=state.id,
        causal_id=state.causal_id,
        path=_path(state.id),
        description=sanitise.text(state.description) or sanitise.text(state.action_type),
        about=sanitise.text(state.about),
        by=sanitise.text(state.by),
        liveness=liveness,
        outcome=state.outcome or "",
        reason=sanitise.text(state.reason, presentation.SUMMARY * 2),
        done=presentation.how_far(state.done, state.total, state.unit),
        percent=presentation.percent(state.done, state.total),
        step=sanitise.text(
            "  ".join(word for word in (state.step, state.note) if word), presentation.SUMMARY
        ),
        left=presentation.time_left(*state.eta_s) if state.eta_s and running else "",
        since=presentation.clock(state.started_at).partition(".")[0],
        beat=presentation.duration(max(0.0, now - state.heartbeat_at)),
    )


def _path(identifier: str) -> str:
    try:
        return ids.encode_path(ids.split_action_id(identifier)[1])
    except errors.MalformedPathError:
        return ""
