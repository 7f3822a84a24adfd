"""The time of sending, written into each task's headers.

Redis keeps no time with a message, so without the stamp a wait is known only when the sending was heard as an
event (`task_send_sent_event`). Workers ignore the header. It is the sender's clock: good for waits of seconds
and more on hosts whose clocks are kept in step.
"""

from __future__ import annotations

import time

from celery.signals import before_task_publish

HEADER = "queue_insight_sent_at"


def install() -> None:
    """Stamp every task that this process sends from now on. Calling it again changes nothing."""
    before_task_publish.connect(_stamp, dispatch_uid="queue_insight.stamp", weak=False)


def uninstall() -> None:
    """Stop stamping."""
    before_task_publish.disconnect(_stamp, dispatch_uid="queue_insight.stamp")


def _stamp(*, headers: dict[str, object] | None = None, **_: object) -> None:
    # A retry is sent anew and waits anew, so an older stamp is replaced.
    if headers is not None:
        headers[HEADER] = time.time()
