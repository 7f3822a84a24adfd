from __future__ import annotations

import pytest

from queue_insight.page.reading import read


@pytest.mark.django_db
def test_times_are_in_django_s_time_zone(app, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    app.set_current()
    reading = read()
    assert reading.clock.now == reading.snapshot.at
    assert str(reading.clock.zone) == "Asia/Tokyo"
