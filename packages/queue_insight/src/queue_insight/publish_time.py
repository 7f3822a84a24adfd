"""Adds the publish time to each task's headers.

Redis stores no time with a message. Without this header, a wait is known only if the `task-sent` event was
received (`task_send_sent_event`). Workers ignore the header. The time is by the sender's clock, which is
accurate enough for waits of seconds and more on hosts with synchronised clocks.
"""

from __future__ import annotations

import time

from celery.signals import before_task_publish

HEADER = "queue_insight_sent_at"


def install() -> None:
    """Add the header to every task that this process sends from now on. Installing twice is harmless."""
    before_task_publish.connect(_add_header, dispatch_uid="queue_insight.publish_time", weak=False)


def uninstall() -> None:
    """Stop adding the header."""
    before_task_publish.disconnect(_add_header, dispatch_uid="queue_insight.publish_time")


def _add_header(*, headers: dict[str, object] | None = None, **_: object) -> None:
    # A retry is published and waits again, so its own time replaces the earlier one.
    if headers is not None:
        headers[HEADER] = time.time()
