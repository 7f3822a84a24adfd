from __future__ import annotations

from datetime import timedelta

import pytest
from strawberry import relay
from tests.factories import NOON, frame, timelapse

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = """query ($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Timelapse {
  keogramUrl(from: $from, to: $to)
  dayStrip { url firstDay days pendingDays }
} } }"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def asked(member, garden, hours=24):
    begin = NOON - timedelta(hours=12)
    ends = {"from": begin.isoformat(), "to": (begin + timedelta(hours=hours)).isoformat()}
    return member.ask(QUERY, id=relay.to_base64("Timelapse", garden.pk), **ends)


def test_a_timelapse_says_where_its_keogram_and_its_days_are(member):
    garden = timelapse()
    frame(garden.camera, at=NOON)
    frame(garden.camera, at=NOON + timedelta(days=2))
    found = asked(member, garden)["data"]["node"]
    begin = int(NOON.timestamp()) - 12 * 3600
    assert found["keogramUrl"].startswith(f"/media/keograms/{garden.pk}/{begin}-{begin + 86400}.png?v=")
    strip = found["dayStrip"]
    assert strip.pop("url").startswith(f"/media/day-strips/{garden.pk}.png?v=")
    assert strip == {"firstDay": "2026-06-01", "days": 3, "pendingDays": 2}


def test_without_a_frame_there_is_neither(member):
    assert asked(member, timelapse())["data"]["node"] == {"keogramUrl": None, "dayStrip": None}


@pytest.mark.parametrize("hours", [0, -2, 48])
def test_a_keogram_of_no_time_or_of_days_is_refused(member, hours):
    (error,) = asked(member, timelapse(), hours)["errors"]
    assert error["extensions"]["code"] == "bad_period"
