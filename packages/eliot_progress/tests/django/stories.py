"""Logs to store and to look for things in."""

from __future__ import annotations

from eliot_progress.testing.samples import TASK

OTHER = "27348029-c0ed-4841-9690-67cfc59fa371"
CAUSAL, OTHER_CAUSAL = TASK.replace("-", ""), OTHER.replace("-", "")


def message(level, at, uuid=TASK, **fields):
    return {"task_uuid": uuid, "task_level": list(level), "timestamp": at, **fields}


def start(level, at, kind, uuid=TASK, **fields):
    return message((*level, 1), at, uuid, action_type=kind, action_status="started", **fields)


def end(level, at, kind, status="succeeded", uuid=TASK, last=99, **fields):
    return message((*level, last), at, uuid, action_type=kind, action_status=status, **fields)


def said(level, at, kind, uuid=TASK, **fields):
    return message(level, at, uuid, message_type=kind, **fields)


def report(level, at, seq, done, total=300):
    fields = {"seq": seq, "done": done, "total": total, "unit": "frame", "of": "render:movie", "v": 1}
    return said((*level, seq + 2), at, "progress", description="Render", about="app.Movie:7", **fields)


#: A request that starts a task whose encoding fails; and one that goes well.
STORY = [
    start((), 100.0, "http:request", method="POST", path="/movies"),
    start((2,), 100.1, "celery:task", task="render", movie=7),
    said((2, 2), 100.2, "plan:chosen", frames=300, note="über Nacht\nzweite Zeile"),
    start((2, 3), 101.0, "render:movie", movie=7),
    report((2, 3), 102.0, 1, 120),
    report((2, 3), 103.0, 2, 240),
    start((2, 3, 5), 103.0, "encode:file", path="/tmp/movie_7.mp4"),
    end((2, 3, 5), 108.0, "encode:file", "failed", reason="No space left on device", exception="OSError"),
    end((2, 3), 108.5, "render:movie", "failed", reason="No space left on device"),
    end((2,), 109.0, "celery:task", "failed", reason="No space left on device"),
    end((), 100.5, "http:request", status_code=202),
    start((), 200.0, "http:request", uuid=OTHER, method="GET", path="/"),
    end((), 200.25, "http:request", uuid=OTHER, status_code=200, user={"name": "editor", "id": 7}),
]
