from __future__ import annotations

import pytest

from timelapse.cameras import actions as cameras
from timelapse.cameras.models import Camera
from timelapse.frames import drain_estimate

pytestmark = pytest.mark.django_db


def test_spools_of_nine_cameras_are_estimated_by_three_queries(camera, store, django_assert_num_queries):
    every = [camera, *(cameras.enrol(f"Camera {number}").camera for number in range(8))]
    for _ in range(130):
        store(camera)
    Camera.objects.filter(pk__in=[camera.pk, every[1].pk]).update(spool_pending=70)
    with django_assert_num_queries(3):
        found = drain_estimate.estimates([each.pk for each in every])
    assert found[camera.pk] == pytest.approx(70 / (130 / 120 - 1 / 2))
    assert (found[every[1].pk], found[every[2].pk]) == (None, 0)
