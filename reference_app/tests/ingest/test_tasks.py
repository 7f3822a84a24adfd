from __future__ import annotations

import os

from timelapse.frames.models import ClockFix, Frame
from timelapse.frames.queries import thumbnail_of
from timelapse.ingest.pipeline import thumbnails
from timelapse.ingest.tasks import make_thumbnails, settle_clocks, sweep_uploads, trim_agent_logs


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


def test_small_copies_are_made_after_the_request(agent, picture):
    agent.send(agent.shoot(picture()))
    assert not thumbnail_of(Frame.objects.get()).exists()
    assert make_thumbnails() == 1
    assert thumbnail_of(Frame.objects.get()).exists()


def test_a_task_with_more_to_do_asks_for_the_next(agent, picture, monkeypatch):
    monkeypatch.setattr(thumbnails, "BATCH", 2)
    for seed in range(3):
        agent.send(agent.shoot(picture(seed)))
    assert make_thumbnails() == 2
    assert make_thumbnails() == 1


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
