from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from fsmlock.iteration import execute
from fsmlock.models import Run
from timelapse.cameras.actions import enrol, record_heartbeat
from timelapse.cameras.domain import Heartbeat
from timelapse.cameras.models import HealthSample, Record
from timelapse.cameras.records import trim_logs
from timelapse.cameras.sample_slots import KEPT, SLOT
from timelapse.frames.models import ClockFix, Frame
from timelapse.ingest.domain import UPLOAD_LIFETIME
from timelapse.ingest.tasks import settle_clocks, sweep_uploads, trim_agent_logs

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_an_upload_that_was_left_alone_for_a_day_is_gone(agent, picture, media):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:100])
    assert sweep_uploads() == 0
    last_write = (timezone.now() - UPLOAD_LIFETIME).timestamp()
    path = media / "incoming" / str(agent.camera.pk) / upload.capture
    os.utime(path, (last_write + 60, last_write + 60))
    assert sweep_uploads() == 0
    os.utime(path, (last_write - 1, last_write - 1))
    assert sweep_uploads() == 1
    assert agent.head(upload).status == 404
    assert agent.patch(upload, 100, upload.data[100:]).code == "no_such_upload"
    assert agent.send(upload).headers["Capture-Status"] == "stored"


def test_a_clock_learnt_while_a_frame_was_on_its_way_corrects_it(agent, picture):
    agent.send(agent.new_upload(picture(), clock="unknown", captured_at="1970-01-01T00:01:21Z"))
    frame = Frame.objects.get()
    ClockFix.objects.create(
        camera=agent.camera, boot=frame.boot, offset_ns=1795470516757250000, error_ms=1, source="ntp"
    )
    assert settle_clocks() == 1
    execute(Run.objects.get())
    assert Frame.objects.get().clock == "synced"


def test_the_oldest_log_messages_of_each_camera_are_removed(agent, monkeypatch):
    monkeypatch.setitem(trim_logs.__kwdefaults__, "keep", 3)
    other = enrol("Garden").camera
    for camera, count in ((agent.camera, 5), (other, 4)):
        for number in range(count):
            Record.objects.create(
                camera=camera,
                record=f"boot-{number}",
                kind="log",
                at=NOON + timedelta(seconds=number),
                clock="synced",
                data={},
            )
    assert trim_agent_logs() == 3
    for camera, numbers in ((agent.camera, [2, 3, 4]), (other, [1, 2, 3])):
        records = Record.objects.filter(camera=camera).order_by("at").values_list("record", flat=True)
        assert list(records) == [f"boot-{number}" for number in numbers]
    assert trim_agent_logs() == 0


def test_samples_that_are_too_old_for_a_chart_are_removed(agent):
    heartbeat = Heartbeat(seq=1, every_s=5, grace_s=5, state="idle")
    for age in (timedelta(), KEPT + 2 * SLOT):
        record_heartbeat(agent.camera.pk, heartbeat, now=timezone.now() - age)
    assert trim_agent_logs() == 1
    assert HealthSample.objects.count() == 1
