from __future__ import annotations

import pytest

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, thumbnail_of
from timelapse.ingest import domain
from timelapse.ingest.pipeline.thumbnails import ensure_thumbnail


@pytest.fixture
def media(settings, small_disk, monkeypatch):
    monkeypatch.setattr(domain, "DISK_RESERVE", 0)
    settings.MEDIA_ROOT = small_disk / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def ballast(small_disk):
    """Fill the disk to its last byte."""

    def fill():
        with (small_disk / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        return small_disk / "ballast"

    return fill


def test_a_full_disk_is_told_before_a_picture_is_sent(agent, picture, ballast):
    agent.begin(agent.shoot(picture()))  # the folders are there
    ballast()
    shot = agent.shoot(picture(1))
    answer = agent.send(shot)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (507, "storage_full", "60")


def test_a_disk_that_fills_up_on_the_way_keeps_what_it_took(agent, picture, ballast):
    shot = agent.shoot(picture(size=(2000, 1500), quality=95))
    agent.begin(shot)
    third = len(shot.data) // 3
    agent.patch(shot, 0, shot.data[:third])
    filled = ballast()
    answer = agent.patch(shot, third, shot.data[third:])
    assert (answer.status, answer.code) == (507, "storage_full")
    filled.unlink()
    offset = agent.head(shot).offset
    assert third <= offset < len(shot.data)
    assert agent.patch(shot, offset, shot.data[offset:]).headers["Capture-Status"] == "stored"
    assert file_of(Frame.objects.get()).read_bytes() == shot.data


def test_a_picture_whose_bytes_are_here_needs_no_more_room(agent, picture, ballast, media):
    shot = agent.shoot(picture(size=(640, 480)))
    agent.begin(shot)
    agent.patch(shot, 0, shot.data[:-1])
    filled = ballast()
    assert agent.patch(shot, len(shot.data) - 1, shot.data[-1:]).headers["Capture-Status"] == "stored"
    frame = Frame.objects.get()
    assert file_of(frame).read_bytes() == shot.data
    assert not thumbnail_of(frame).exists()
    assert ensure_thumbnail(frame) is None
    filled.unlink()
    assert ensure_thumbnail(frame) == thumbnail_of(frame)
    assert not [path for path in media.rglob(".*") if path.is_file()]
