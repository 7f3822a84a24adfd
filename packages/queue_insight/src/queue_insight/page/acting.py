"""The view of the actions: counts and asks first, executes when it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from queue_insight.event import FAILED
from queue_insight.names import is_digest, key, shown
from queue_insight.page import waiting
from queue_insight.page.actions import ACTIONS, Action
from queue_insight.page.execution import Call, execute
from queue_insight.page.reading import read
from queue_insight.page.search import matching, matching_finished
from queue_insight.read import caused_by, celery_app

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponseBase

    from queue_insight.page.reading import Reading
    from queue_insight.snapshot import Snapshot

#: Maximum number of targets that the question names.
MAX_NAMED: Final = 10
#: Maximum number of tasks of one causal id that "all that match" concerns.
MAX_CAUSED: Final = 10_000
#: What a person may enter, by the name of the input.
FIELDS: Final = ("terminate", "typed", "slots", "rate")


def may(request: HttpRequest) -> Mapping[str, bool]:
    """Return which actions the user may do, by code."""
    return {code: _is_allowed(request, action) for code, action in ACTIONS.items()}


# The record of an action is written before it begins, and must stay if it fails.
@transaction.non_atomic_requests
def act(request: HttpRequest, *, context: dict[str, object]) -> HttpResponseBase:
    """Ask whether to do it, with the count; do it when the question was answered.

    Raises:
        Http404: there is no such action.
        PermissionDenied: the user has not the action's permission.
    """
    action = ACTIONS.get(_code(request))
    if action is None:
        raise Http404("There is no such action.")
    if not _is_allowed(request, action):
        raise PermissionDenied
    reading = _read(request, action)
    targets = _targets(request, action, reading.snapshot)
    back = _back(request)
    if not targets:
        messages.warning(request, "Nothing was done: nothing was selected, or it is not there any more.")
        return HttpResponseRedirect(back)
    if action.target in {"queue", "name"} and len(targets) > 1:
        return HttpResponseBadRequest("One queue or task name at a time.")
    if "confirmed" not in request.POST:
        return TemplateResponse(
            request,
            "queue_insight/confirm.html",
            {
                **context,
                "title": action.question(len(targets)),
                "action": action,
                "targets": [shown(each) for each in targets[:MAX_NAMED]],
                "more": max(0, len(targets) - MAX_NAMED),
                "asked": [
                    (name, value)
                    for name in ("task", "queue", "worker", "name", "match", "all", "failed")
                    for value in request.POST.getlist(name)
                ],
                "back": back,
                "is_still": True,
            },
        )
    outcome = execute(
        Call(
            action=action,
            targets=targets,
            app=celery_app(),
            snapshot=reading.snapshot,
            by=request.user.get_username(),
            fields={name: request.POST[name].strip() for name in FIELDS if name in request.POST},
        )
    )
    (messages.success if outcome.is_confirmed else messages.warning)(request, shown(outcome.text, 1000))
    return HttpResponseRedirect(back)


def _read(request: HttpRequest, action: Action) -> Reading:
    """Read what the targets are among: every task only if all that match are meant, or by digests."""
    chosen = request.POST.getlist(action.target)
    if request.POST.get("all") or (action.target in {"task", "name"} and any(map(is_digest, chosen))):
        return read()
    if wanted := request.POST.get("failed", ""):
        chosen = [*(caused_by(wanted, limit=MAX_CAUSED) or ())]
    return read(tasks=chosen if action.target == "task" else (), overview=True)


def _code(request: HttpRequest) -> str:
    # The buttons for all that match carry what has to match instead of an action.
    if "failed" in request.POST:
        return "retry"
    matches = any(name in request.POST for name in ("match", "all"))
    return request.POST.get("action", "cancel" if matches else "")


def _is_allowed(request: HttpRequest, action: Action) -> bool:
    return request.user.has_perm(f"queue_insight.{action.permission}")


def _targets(request: HttpRequest, action: Action, snapshot: Snapshot) -> list[str]:
    chosen = {*request.POST.getlist(action.target)}
    match action.target:
        case "queue":
            return [queue.name for queue in snapshot.queues if key(queue.name) in chosen]
        case "worker":
            return [worker.name for worker in snapshot.workers if key(worker.name) in chosen]
        case "name":
            named = {key(task.name): task.name for task in snapshot.tasks()}
            return sorted({named.get(each, each) for each in chosen if each in named or not is_digest(each)})
    return _tasks(request, snapshot)


def _tasks(request: HttpRequest, snapshot: Snapshot) -> list[str]:
    """Return the ids of the tasks that are meant: all that match, or the chosen ones."""
    if wanted := request.POST.get("all", ""):
        caused = frozenset(caused_by(wanted, limit=MAX_CAUSED) or ())
        found = [*matching(wanted, snapshot), *(task for task in snapshot.tasks() if task.id in caused)]
        return list(dict.fromkeys(task.id for task in found))
    if wanted := request.POST.get("failed", ""):
        return [each.id for each in matching_finished(wanted, snapshot) if each.outcome == FAILED]
    if wanted := request.POST.get("match", ""):
        queues = {*request.POST.getlist("queue")}
        names = [queue.name for queue in snapshot.queues if key(queue.name) in queues]
        return [task_id for name in names for task_id in waiting.named(celery_app(), name, wanted)]
    ids = (*(task.id for task in snapshot.tasks()), *(task.id for task in snapshot.finished))
    known = {key(each): each for each in ids}
    # What is not known any more may still be meant: an id that stands for itself is taken as it is.
    return [known.get(each, each) for each in dict.fromkeys(request.POST.getlist("task")) if each]


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return back
    return reverse("admin:queue_insight_queue_changelist", current_app=request.current_app)
