from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from fsmlock import Refused
from timelapse.cameras import actions, focus
from timelapse.cameras.domain import Heartbeat
from timelapse.cameras.health import Health

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def camera(focus_state: str = "off"):
    made = actions.enrol("Roof").camera
    beat = Heartbeat(seq=1, every_s=5, grace_s=10, state="idle", health=Health(focus=focus_state))
    actions.record_heartbeat(made.pk, beat)
    made.refresh_from_db()
    return made


def test_pictures_are_wanted_for_a_while_after_somebody_asked_for_them():
    roof = camera()
    assert focus.wanted_s(roof.pk, now=NOON) == 0
    focus.ask_for_pictures(roof, now=NOON)
    assert focus.wanted_s(roof.pk, now=NOON) == focus.LEASE.total_seconds()
    focus.ask_for_pictures(roof, now=NOON + timedelta(seconds=10))
    assert focus.wanted_s(roof.pk, now=NOON + timedelta(seconds=20)) == focus.LEASE.total_seconds() - 10
    assert focus.wanted_s(roof.pk, now=NOON + timedelta(seconds=10) + focus.LEASE) == 0


def test_an_agent_that_says_nothing_of_a_focus_aid_is_to_be_updated():
    roof = camera("")
    with pytest.raises(Refused) as refused:
        focus.ask_for_pictures(roof)
    (reason,) = refused.value.reasons
    assert (reason.code, "pip install -U camera-agent" in reason.remedy) == ("no_focus_aid", True)
    assert focus.wanted_s(roof.pk) == 0


def test_who_may_not_steer_a_camera_has_no_pictures_taken():
    roof = camera()
    with pytest.raises(Refused, match="permission"):
        focus.ask_for_pictures(roof, by=User.objects.create_user("viewer"))
    assert focus.wanted_s(roof.pk) == 0
