from __future__ import annotations

import os

from timelapse.ingest.tasks import sweep_uploads


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
