from __future__ import annotations

import json

import pytest

from timelapse.cameras import actions
from timelapse.ingest import actions as ingest_actions
from timelapse.ingest.models import Quarantined
from timelapse.ingest.pipeline import quarantine
from timelapse.ingest.pipeline.incoming import Incoming
from timelapse.ingest.pipeline.picture import unusable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera


@pytest.fixture
def put(camera, announced):
    def put(data=b"nothing", **over):
        with Incoming.create(camera.pk, announced(data, **over)) as upload:
            upload.append(data)
            quarantine.put(camera.pk, upload, unusable("undecodable", "It can't be decoded."))

    return put


def test_a_file_in_quarantine_has_its_reason_beside_it(put, media):
    put(b"nothing", capture="capture-1")
    row = Quarantined.objects.get()
    assert str(row) == f"{row.filename}: undecodable"
    reason = json.loads((media / row.file).with_suffix(".json").read_text())
    assert (reason["code"], reason["message"]) == ("undecodable", "It can't be decoded.")
    assert reason["captured_at"] == "2026-11-23T21:49:58+00:00"


def test_the_same_capture_is_quarantined_once(put):
    put(capture="capture-1")
    put(capture="capture-1")
    assert Quarantined.objects.count() == 1


def test_newer_files_take_the_room_of_the_oldest_whose_rows_stay(put, media, monkeypatch):
    monkeypatch.setattr(ingest_actions, "QUARANTINE_KEEPS", 3)
    for number in range(5):
        put(capture=f"capture-{number}")
    kept = [row.capture for row in Quarantined.objects.exclude(file="")]
    assert kept == ["capture-4", "capture-3", "capture-2"]
    assert Quarantined.objects.count() == 5
    assert len(list((media / "quarantine").rglob("*.bin"))) == 3
    assert len(list((media / "quarantine").rglob("*.json"))) == 3


def test_quarantine_is_bounded_by_bytes_too_per_camera_and_in_all(put, announced, media, settings):
    settings.TIMELAPSE = {"quarantine_bytes": 20, "quarantine_total_bytes": 25}
    for number in range(4):
        put(b"0123456789", capture=f"capture-{number}")
    kept = Quarantined.objects.exclude(file="").values_list("capture", flat=True)
    assert list(kept) == ["capture-3", "capture-2"]
    other = actions.enrol("Garden").camera
    with Incoming.create(other.pk, announced(b"0123456789", capture="capture-of-garden")) as upload:
        upload.append(b"0123456789")
        quarantine.put(other.pk, upload, unusable("undecodable", "It can't be decoded."))
    kept = Quarantined.objects.exclude(file="").values_list("capture", flat=True)
    assert list(kept) == ["capture-of-garden", "capture-3"]
    assert len(list((media / "quarantine").rglob("*.bin"))) == 2
