from __future__ import annotations

from datetime import UTC, datetime

import pytest
from strawberry import relay

from timelapse.cameras import actions, domain
from timelapse.cameras.health import Health
from timelapse.cameras.records import AgentRecord, store_records

STATE = """query ($id: ID!) { node(id: $id) { ... on Camera {
  diskFree diskTotal spoolBytes spoolRefused configRevision configError versions revokedAt
  health { clock dropped exported records oldestWaitingAt lastCapturedAt batteryPercent driverBatteryPercent
    temperatureCelsius throttled memoryBytes uptimeSeconds network warnings }
  configuration { revision intervalSeconds schedule { windows } updatedBy updatedAt }
  log(last: 5) { id at name message data } } } }"""
CAMERAS = """{ cameras { edges { node { name health { clock } configuration { revision }
  commands { state } } } } }"""


@pytest.fixture
def camera(transactional_db):
    camera = actions.enrol("Roof").camera
    beat = domain.Heartbeat(
        seq=1,
        every_s=5,
        grace_s=10,
        state="capturing",
        disk_free=12_884_901_888,
        disk_total=31_914_983_424,
        spool_bytes=5_000_000_000,
        config_revision=1,
        config_error="schedule.windows: no.",
        versions={"agent": "0.1.0"},
        health=Health(
            clock="synced", oldest_at="2026-11-23T21:49:38+00:00", temperature_c=48.3, rss_bytes=29_360_128
        ),
    )
    actions.record_heartbeat(camera.pk, beat)
    return camera


def test_everything_the_agent_reported_of_itself_is_shown(member, camera):
    at = datetime(2026, 11, 23, 21, 41, tzinfo=UTC)
    data = {"message_type": "camera:trouble", "message": "No answer in time."}
    store_records(camera.pk, [AgentRecord(record="boot-1", kind="log", at=at, clock="synced", data=data)])
    shown = member.ask(STATE, id=relay.to_base64("Camera", camera.pk))["data"]["node"]
    assert (shown["diskFree"], shown["spoolBytes"]) == (12_884_901_888, 5_000_000_000)
    assert (shown["configRevision"], shown["configError"]) == (1, "schedule.windows: no.")
    assert shown["health"]["temperatureCelsius"] == 48.3
    assert shown["health"]["oldestWaitingAt"] == "2026-11-23T21:49:38+00:00"
    assert (shown["health"]["batteryPercent"], shown["health"]["throttled"]) == (None, [])
    assert shown["configuration"]["updatedBy"] is None
    assert shown["log"] == [
        {
            "id": "boot-1",
            "at": "2026-11-23T21:41:00+00:00",
            "name": "camera:trouble",
            "message": "No answer in time.",
            "data": data,
        }
    ]


def test_the_state_of_nine_cameras_takes_as_many_queries_as_of_one(
    member, camera, django_assert_max_num_queries
):
    for number in range(8):
        actions.enrol(f"Camera {number}")
    with django_assert_max_num_queries(9):  # the session and the permissions included
        answer = member.ask(CAMERAS)
    assert len(answer["data"]["cameras"]["edges"]) == 9
