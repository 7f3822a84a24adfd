from __future__ import annotations

import pytest
from celery import Celery

from queue_insight.page.reading import read, visibility_timeout_s


@pytest.mark.parametrize(
    ("url", "options", "seconds"),
    [
        ("redis://nowhere", {}, 3600.0),
        ("redis://nowhere", {"visibility_timeout": 60}, 60.0),
        ("amqp://nowhere", {"visibility_timeout": 60}, None),
    ],
)
def test_redelivery_follows_the_broker_s_visibility_timeout(url, options, seconds):
    app = Celery("x", broker=url, set_as_current=False)
    app.conf.broker_transport_options = options
    assert visibility_timeout_s(app) == seconds


@pytest.mark.django_db
def test_times_are_in_django_s_time_zone(app, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    app.set_current()
    reading = read()
    assert reading.clock.now == reading.snapshot.at
    assert str(reading.clock.zone) == "Asia/Tokyo"
