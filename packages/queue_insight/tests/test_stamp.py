from __future__ import annotations

import time

from queue_insight import stamp


def sent_header(app):
    app.send_task("work.do")
    message = app.connection_for_read().default_channel.basic_get("celery", no_ack=True)
    return message.headers.get(stamp.HEADER)


def test_a_sent_task_carries_the_time(app, stamped):
    before = time.time()
    assert before <= sent_header(app) <= time.time()


def test_installing_twice_and_removing_once_leaves_nothing(app):
    stamp.install()
    stamp.install()
    stamp.uninstall()
    assert sent_header(app) is None
