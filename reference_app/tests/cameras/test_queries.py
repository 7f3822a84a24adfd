from __future__ import annotations

import pytest

from timelapse.cameras import actions
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import camera_by_id, camera_by_token

pytestmark = pytest.mark.django_db


def test_a_token_finds_its_camera_by_one_query(django_assert_num_queries):
    enrolment = actions.enrol("Roof")
    actions.enrol("Garden")
    with django_assert_num_queries(1):
        assert camera_by_token(enrolment.token) == enrolment.camera


@pytest.mark.parametrize("token", ["", "cam_", "None", "\x00", "ü" * 1000])
def test_no_other_token_finds_any(token):
    actions.enrol("Roof")
    Camera.objects.create(name="without a token", driver="simulated")
    assert camera_by_token(token) is None


def test_the_hash_is_no_token():
    camera = actions.enrol("Roof").camera
    assert camera_by_token(camera.token_hash) is None


def test_a_camera_is_found_by_its_id():
    camera = actions.enrol("Roof").camera
    assert camera_by_id(camera.pk) == camera
