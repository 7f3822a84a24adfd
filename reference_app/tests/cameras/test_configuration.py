from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from fsmlock import Refused
from timelapse.cameras import actions
from timelapse.cameras.configuration import FIRST_REVISION, configure, current_configurations
from timelapse.cameras.models import Configuration

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return User.objects.create_superuser("admin")


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera


def test_a_camera_without_settings_keeps_the_operators_interval(camera, settings):
    settings.TIMELAPSE = {"frame_interval_s": 7.0}
    message = current_configurations([camera.pk])[camera.pk].message()
    assert message == {"revision": FIRST_REVISION, "interval_s": 7.0}


def test_each_change_makes_a_new_revision_and_keeps_the_earlier_ones(camera, admin):
    configure(camera, {"interval_s": 10}, by=admin)
    latest = configure(camera, {"interval_s": 20, "schedule": {"windows": ["06:00..20:00"]}}, by=admin)
    assert latest.message() == {
        "revision": FIRST_REVISION + 2,
        "interval_s": 20,
        "schedule": {"windows": ["06:00..20:00"]},
    }
    assert [row.interval_s for row in Configuration.objects.filter(camera=camera)] == [20, 10]
    assert {row.updated_by_name for row in Configuration.objects.all()} == {"admin"}


def test_the_same_settings_again_make_no_new_revision(camera, admin):
    first = configure(camera, {"interval_s": 10}, by=admin)
    assert configure(camera, {"interval_s": 10}, by=admin).revision == first.revision


def test_settings_that_can_not_work_are_not_written(camera, admin):
    with pytest.raises(Refused, match="interval_s must be from"):
        configure(camera, {"interval_s": -1}, by=admin)
    assert not Configuration.objects.exists()


def test_a_person_without_the_right_to_configure_gets_the_reason(camera):
    with pytest.raises(Refused, match="permission"):
        configure(camera, {"interval_s": 10}, by=User.objects.create_user("editor"))


def test_the_settings_of_nine_cameras_take_one_query(camera, admin, django_assert_num_queries):
    cameras = [camera, *(actions.enrol(f"Camera {number}").camera for number in range(8))]
    for number, each in enumerate(cameras[:5]):
        configure(each, {"interval_s": 10 + number}, by=admin)
    with django_assert_num_queries(1):
        found = current_configurations([each.pk for each in cameras])
    assert [found[each.pk].settings.interval_s for each in cameras] == [10, 11, 12, 13, 14, 2, 2, 2, 2]
