from __future__ import annotations

import time

from queue_insight import publish_time


def published_header(app):
    app.send_task("work.do")
    message = app.connection_for_read().default_channel.basic_get("celery", no_ack=True)
    return message.headers.get(publish_time.HEADER)


def test_a_sent_task_carries_its_publish_time(app, with_publish_time):
    before = time.time()
    assert before <= published_header(app) <= time.time()


def test_installing_twice_and_removing_once_leaves_nothing(app):
    publish_time.install()
    publish_time.install()
    publish_time.uninstall()
    assert published_header(app) is None
