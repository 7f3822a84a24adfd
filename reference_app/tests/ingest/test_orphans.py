from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests import factories

from timelapse.cameras.models import Camera
from timelapse.frames import retention
from timelapse.frames.models import Frame, Preview
from timelapse.ingest.models import Quarantined
from timelapse.ingest.orphans import ORPHAN_AFTER, sweep_files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media):
    return {path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()}


def later():
    return timezone.now() + ORPHAN_AFTER + timedelta(minutes=1)


def test_what_a_crash_left_after_a_removal_was_committed_is_collected(media, monkeypatch):
    garden = factories.camera()
    kept, removed = factories.frame(garden), factories.frame(garden)
    monkeypatch.setattr(retention, "_unlink_files", lambda _: None)  # the process is killed at the commit
    retention.remove([removed])
    assert {removed.file, removed.thumbnail} < files(media)
    assert sweep_files(later()) == 2
    assert files(media) == {kept.file, kept.thumbnail}


def test_a_file_whose_row_may_be_on_its_way_is_left_alone(media):
    garden = factories.camera()
    made = factories.frame(garden)
    Frame.objects.all().delete()
    assert sweep_files(timezone.now()) == 0
    assert files(media) == {made.file, made.thumbnail}


def test_previews_and_quarantined_files_are_collected_once_no_row_names_them(media):
    garden = factories.camera()
    folders = {kind: media / kind / str(garden.pk) for kind in ("previews", "quarantine")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    for name in ("previews/{}/kept.jpg", "previews/{}/gone.jpg", "quarantine/{}/kept.bin"):
        (media / name.format(garden.pk)).write_bytes(b"x")
    for name in ("quarantine/{}/kept.json", "quarantine/{}/gone.bin", "quarantine/{}/gone.json"):
        (media / name.format(garden.pk)).write_bytes(b"x")
    now = timezone.now()
    Preview.objects.create(
        camera=garden, capture="kept", sequence=1, captured_at=now, width=1, height=1, bytes=1, file="x"
    )
    Quarantined.objects.create(camera=garden, capture="kept", bytes=1, file="x")
    Quarantined.objects.create(camera=garden, capture="gone", bytes=1, file="")
    assert sweep_files(later()) == 3
    assert {path.rpartition("/")[2] for path in files(media)} == {"kept.jpg", "kept.bin", "kept.json"}


def test_the_files_of_a_camera_that_is_gone_are_collected(media):
    lost = media / "frames" / str(uuid4()) / "ab" / "capture.jpg"
    lost.parent.mkdir(parents=True)
    lost.write_bytes(b"x")
    assert not Camera.objects.exists()
    assert sweep_files(later()) == 1
    assert files(media) == set()
