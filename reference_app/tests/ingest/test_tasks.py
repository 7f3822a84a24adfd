from __future__ import annotations

import os

from timelapse.frames.models import ClockFix, Frame
from timelapse.ingest.tasks import settle_clocks, sweep_uploads, trim_agent_logs


def test_an_upload_that_was_left_alone_for_a_day_is_gone(agent, picture, media):
    shot = agent.shoot(picture())
    agent.begin(shot)
    agent.patch(shot, 0, shot.data[:100])
    assert sweep_uploads() == 0
    os.utime(media / "incoming" / str(agent.camera.pk) / shot.capture, (0, 0))
    assert sweep_uploads() == 1
    assert agent.head(shot).status == 404
    assert agent.patch(shot, 100, shot.data[100:]).code == "no_such_upload"
    assert agent.send(shot).headers["Capture-Status"] == "stored"


def test_a_clock_learnt_while_a_frame_was_on_its_way_corrects_it(agent, picture):
    agent.send(agent.shoot(picture(), clock="unknown", captured_at="1970-01-01T00:01:21Z"))
    frame = Frame.objects.get()
    ClockFix.objects.create(
        camera=agent.camera, boot=frame.boot, offset_ns=1795470516757250000, error_ms=1, source="ntp"
    )
    assert settle_clocks() == 1
    assert Frame.objects.get().clock == "synced"


def test_log_messages_are_trimmed(agent):
    assert trim_agent_logs() == 0
