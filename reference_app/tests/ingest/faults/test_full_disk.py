from __future__ import annotations

import pytest

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, thumbnail_of
from timelapse.ingest import domain
from timelapse.ingest.pipeline import files
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


def test_a_full_disk_is_reported_before_a_picture_is_sent(agent, picture, ballast):
    agent.begin(agent.new_upload(picture()))  # the folders are there
    ballast()
    upload = agent.new_upload(picture(1))
    answer = agent.send(upload)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (507, "storage_full", "60")


def test_a_begun_upload_has_its_room_when_the_disk_fills_up(agent, picture, ballast):
    upload = agent.new_upload(picture(size=(2000, 1500), quality=95))
    agent.begin(upload)
    ballast()
    assert agent.patch(upload, 0, upload.data).headers["Capture-Status"] == "stored"


def test_a_disk_that_fills_up_on_the_way_keeps_what_it_took(agent, picture, ballast, monkeypatch):
    monkeypatch.setattr(files, "_fallocate", None)  # as on a file system that reserves nothing
    upload = agent.new_upload(picture(size=(2000, 1500), quality=95))
    agent.begin(upload)
    third = len(upload.data) // 3
    agent.patch(upload, 0, upload.data[:third])
    filled = ballast()
    answer = agent.patch(upload, third, upload.data[third:])
    assert (answer.status, answer.code) == (507, "storage_full")
    filled.unlink()
    offset = agent.head(upload).offset
    assert third <= offset < len(upload.data)
    assert agent.patch(upload, offset, upload.data[offset:]).headers["Capture-Status"] == "stored"
    assert file_of(Frame.objects.get()).read_bytes() == upload.data


def test_a_picture_whose_bytes_are_here_needs_no_more_room(agent, picture, ballast, media):
    upload = agent.new_upload(picture(size=(640, 480)))
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:-1])
    filled = ballast()
    assert agent.patch(upload, len(upload.data) - 1, upload.data[-1:]).headers["Capture-Status"] == "stored"
    frame = Frame.objects.get()
    assert file_of(frame).read_bytes() == upload.data
    assert not thumbnail_of(frame).exists()
    assert ensure_thumbnail(frame) is None
    filled.unlink()
    assert ensure_thumbnail(frame) == thumbnail_of(frame)
    assert not [path for path in media.rglob(".*") if path.is_file()]
