"""The admin's pages of the log: the explorer, and the tree of one causal id."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, StreamingHttpResponse
from django.template.response import TemplateResponse

from eliot_progress import sanitise
from eliot_progress.django import presentation, search, trees
from eliot_progress.django.forms import SearchForm
from eliot_progress.django.models import LogAction, LogMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.http import HttpRequest, HttpResponse

#: Rows of a tree on one page; a smaller tree is shown whole.
PAGE = 200
#: Messages in the export of a search.
_EXPORTED = 10_000


def explorer(request: HttpRequest, context: Mapping[str, object]) -> HttpResponse:
    """Search the log; without criteria, show the tasks that logged most recently."""
    form = SearchForm(request.GET)
    values: dict[str, object] = {**context, "title": "Log", "form": form, "is_search": form.is_search}
    if form.is_search and form.is_valid():
        found = search.find(form.query())
        values["hits"] = [_hit(hit) for hit in found.hits]
        values["more"] = "" if found.more is None else _with(request, after=",".join(map(repr, found.more)))
        values["export"] = _with(request, after="")
    elif not form.is_search:
        values["roots"] = [_root(root) for root in trees.roots()]
    return TemplateResponse(request, "eliot_progress/explorer.html", values)


def _hit(hit: search.Hit) -> dict[str, object]:
    message = LogMessage(causal_id=hit.causal_id, path=hit.path, at=hit.at, body=hit.body)
    return {
        "hit": hit,
        "at": presentation.clock(hit.at),
        "took": presentation.duration(hit.duration_s),
        "title": sanitise.text(hit.kind) or "(message)",
        "summary": presentation.summary(message),
        "reason": sanitise.text(hit.message.get("reason", ""), 320),
        "detail": presentation.detail(message),
        "place": "" if hit.status else hit.path,
    }


def _root(root: LogAction) -> dict[str, object]:
    return {
        "root": root,
        "at": presentation.clock(_started(root)),
        "took": presentation.duration(root.duration_s),
        "title": sanitise.text(root.action_type) or "(no action)",
        "reason": sanitise.text(root.reason, 320),
    }


def _started(action: LogAction) -> float:
    return action.started_at if action.started_at is not None else action.last_message_at


def _with(request: HttpRequest, **changes: str) -> str:
    parameters = request.GET.copy()
    for name, value in changes.items():
        parameters[name] = value
    return parameters.urlencode()


def tree(request: HttpRequest, causal_id: str, context: Mapping[str, object]) -> HttpResponse:
    """Show the tree of one causal id, or the subtree of one of its actions."""
    under, start = request.GET.get("under", ""), request.GET.get("from", "")
    action = trees.action(causal_id, under)
    if action is None:
        raise Http404("There is no such action in the log. It may have been deleted; search for it again.")
    size = trees.size(causal_id, under)
    failures = trees.failures(causal_id) if size.failed else ()
    by_path = {
        row.path: row
        for row in LogAction.objects.filter(causal_id=causal_id, path__in=trees.ancestors(under))
    }
    values = {
        **context,
        "title": f"{sanitise.text(action.action_type) or 'Task'} {causal_id[:8]}",
        "causal_id": causal_id,
        "action": action,
        "under": under,
        "start": start,
        "size": size,
        "at": presentation.clock(
            action.started_at if action.started_at is not None else action.last_message_at
        ),
        "took": presentation.duration(action.duration_s),
        "reason": sanitise.text(action.reason, 320),
        "detail": presentation.detail(*trees.own_messages(causal_id, [under]).get(under, [])),
        "path_to_here": [by_path[path] for path in trees.ancestors(under) if path in by_path],
        "failures": failures,
        **_rows(action, start, failures),
    }
    return TemplateResponse(request, "eliot_progress/tree.html", values)


def rows(request: HttpRequest, causal_id: str, context: Mapping[str, object]) -> HttpResponse:
    """Return a page of one action's children, for a tree that is already open."""
    under, parent = request.GET.get("under", ""), request.GET.get("parent", "")
    action = trees.action(causal_id, under)
    if action is None:
        raise Http404("There is no such action in the log.")
    page = trees.children(causal_id, parent, after=request.GET.get("after", ""), limit=PAGE)
    page_rows = _tree_rows(action, page.rows, page.children, frozenset())
    values = {**context, "causal_id": causal_id, "under": under, "rows": page_rows}
    values["more"] = _more(action, parent, page.more)
    return TemplateResponse(request, "eliot_progress/_rows.html", values)


def _rows(action: LogAction, start: str, failures: Iterable[trees.Failure]) -> dict[str, object]:
    """Return all rows of a small tree, or the expanded first level of a large one.

    A large tree is expanded down to its first failure.
    """
    all_rows = trees.small_tree(action.causal_id, action.path, limit=PAGE)
    if all_rows is not None:
        paths = [row.path for row in all_rows if isinstance(row, LogAction)]
        counts = trees.child_counts(action.causal_id, paths)
        return {"rows": _tree_rows(action, all_rows, counts, frozenset(paths)), "more": None}
    expanded = frozenset(
        path for failure in islice(failures, 1) for path in trees.ancestors(failure.action.path)
    )
    found: list[LogAction | LogMessage] = []
    children: dict[str, int] = {}
    more = _expand(action, action.path, start, expanded, found, children)
    return {"rows": _tree_rows(action, found, children, expanded), "more": _more(action, action.path, more)}


def _expand(
    action: LogAction,
    parent: str,
    start: str,
    expanded: frozenset[str],
    found: list[LogAction | LogMessage],
    children: dict[str, int],
) -> str:
    # `after` is exclusive: with its last character lowered by one, the page starts with the message itself.
    page = trees.children(
        action.causal_id, parent, after=start[:-1] + chr(ord(start[-1]) - 1) if start else "", limit=PAGE
    )
    children.update(page.children)
    for row in page.rows:
        found.append(row)
        if isinstance(row, LogAction) and row.path in expanded:
            _expand(action, row.path, "", expanded, found, children)
    return page.more


def _tree_rows(
    action: LogAction,
    found: Iterable[LogAction | LogMessage],
    children: Mapping[str, int],
    expanded: frozenset[str],
) -> list[presentation.Row]:
    found = list(found)
    paths = [row.path for row in found if isinstance(row, LogAction)]
    first = min((_at(row) for row in found), default=0)
    start = first if action.started_at is None else action.started_at
    tree_rows = presentation.TreeRows(
        time_range=presentation.TimeRange(start=start, end=max(action.last_message_at, action.ended_at or 0)),
        depth=len(action.path.split("/")) if action.path else 0,
        own=trees.own_messages(action.causal_id, paths),
        children=children,
        failed=trees.failed_paths(action.causal_id),
        expanded=expanded,
    )
    return [tree_rows.row(row) for row in found]


def _at(row: LogAction | LogMessage) -> float:
    return row.at if isinstance(row, LogMessage) else row.last_message_at


def _more(action: LogAction, parent: str, after: str) -> dict[str, object] | None:
    if not after:
        return None
    level = len(parent.split("/")) if parent else 0
    depth = len(action.path.split("/")) if action.path else 0
    query = urlencode({"under": action.path, "parent": parent, "after": after})
    return {"query": query, "level": level - depth + 1, "indent": range(level - depth)}


def export_tree(request: HttpRequest, causal_id: str, context: Mapping[str, object]) -> StreamingHttpResponse:  # noqa: ARG001 - the signature of all views
    """Export the messages of a tree or subtree as JSON lines."""
    return _lines(trees.messages(causal_id, request.GET.get("under", "")), causal_id)


def export_search(request: HttpRequest, context: Mapping[str, object]) -> StreamingHttpResponse:  # noqa: ARG001 - the signature of all views
    """Export the first 10,000 matches of a search as JSON lines."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        raise Http404("The search is not valid; the explorer shows the reason.")
    return _lines(islice(search.find_all(form.query()), _EXPORTED), "search")


def _lines(messages: Iterable[Mapping[str, object]], name: str) -> StreamingHttpResponse:
    lines: Iterator[bytes] = (json.dumps(message).encode() + b"\n" for message in messages)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    return response
