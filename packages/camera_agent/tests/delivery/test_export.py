from __future__ import annotations

import errno
import json
import os

import pytest

from camera_agent.delivery import export as module
from camera_agent.delivery.export import ExportResult, export, purge
from camera_agent.errors import AgentError, BadInput
from camera_agent.home import Home
from camera_agent.spool.rows import CaptureState
from tests.conftest import jpeg
from tests.golden import golden

CAMERA = "0b8f5a52-2d0e-4c59-8f43-3f6f3a2f1c11"


@pytest.fixture
def drive(tmp_path):
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


@pytest.fixture
def paired(tmp_path):
    home = Home(tmp_path / "home").create()
    home.write(home.identity_file, {"server": "https://x", "camera": CAMERA, "name": "Roof"})
    return home


@pytest.mark.parametrize("camera", ["../../outside", "/outside", "a/b", "x" * 300, "..", "a\0b"])
def test_an_id_of_a_camera_leads_to_no_other_folder(paired, filled, drive, camera):
    paired.write(paired.identity_file, {"server": "https://x", "camera": camera})
    filled.put("capture-1")
    assert export(paired, filled.spool, drive).written == 1
    [folder] = drive.iterdir()
    assert {path.name for path in folder.iterdir()} == {"camera.json", "capture-1.jpg", "capture-1.json"}
    assert json.loads((folder / "camera.json").read_text())["camera"] == camera


def test_the_drive_holds_what_the_protocol_says(paired, filled, drive):
    filled.put("capture-1")
    filled.put("capture-2")
    assert export(paired, filled.spool, drive) == ExportResult(written=2, already_there=0, unreadable=())
    folder = drive / f"camera-{CAMERA}"
    assert json.loads((folder / "camera.json").read_text()) == golden("exported_camera")
    assert (folder / "capture-1.jpg").read_bytes() == jpeg()
    about = json.loads((folder / "capture-1.json").read_text())
    assert set(about) == set(golden("capture_metadata")["values"]) - {"exposure"}
    assert list(folder.glob("*.part")) == []


def test_captures_stay_pending_and_are_marked_and_a_second_time_goes_on(paired, filled, drive):
    filled.put("capture-1")
    export(paired, filled.spool, drive)
    assert (filled.spool.counts().pending, filled.spool.counts().exported) == (1, 1)
    filled.put("capture-2")
    assert export(paired, filled.spool, drive) == ExportResult(written=1, already_there=1, unreadable=())


def test_a_copy_that_is_damaged_or_not_described_is_written_again(paired, filled, drive):
    filled.put("capture-1")
    filled.put("capture-2")
    export(paired, filled.spool, drive)
    folder = drive / f"camera-{CAMERA}"
    (folder / "capture-1.jpg").write_bytes(b"half")
    (folder / "capture-2.json").unlink()
    assert export(paired, filled.spool, drive).written == 2
    assert (folder / "capture-1.jpg").read_bytes() == jpeg()


def test_a_description_is_there_only_when_its_picture_is_whole(paired, filled, drive, monkeypatch):
    """The drive is pulled out at each step in turn."""
    for number in range(3):
        filled.put(f"capture-{number}")
    folder = drive / f"camera-{CAMERA}"
    for step in range(8):
        left = [step]

        def fsync(descriptor: int, left=left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(BadInput, match="Is the drive mounted"):
            export(paired, filled.spool, drive)
        for about in folder.glob("capture-*.json"):
            assert about.with_suffix(".jpg").read_bytes() == jpeg()
        for path in sorted(folder.glob("*")):
            path.unlink()


def test_a_full_drive_is_one_sentence(paired, filled, drive, monkeypatch):
    filled.put("capture-1")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match=r"is full\. Continue with another drive"):
        export(paired, filled.spool, drive)


def test_an_agent_never_paired_has_a_name_of_its_own(tmp_path, filled, drive):
    home = Home(tmp_path / "new").create()
    filled.put("capture-1")
    for _ in range(2):
        export(home, filled.spool, drive)
    [folder] = drive.iterdir()
    assert folder.name == f"camera-unpaired-{module.home_id(home)}"
    assert json.loads((folder / "camera.json").read_text())["camera"] is None


def test_a_picture_that_cant_be_read_is_named_and_the_rest_is_written(paired, filled, drive):
    gone, damaged = filled.put("capture-1"), filled.put("capture-2")
    filled.put("capture-3")
    filled.spool.path(gone).unlink()
    filled.spool.path(damaged).write_bytes(b"rotten")
    found = export(paired, filled.spool, drive)
    assert found == ExportResult(written=1, already_there=0, unreadable=("capture-1.jpg", "capture-2.jpg"))


def test_a_time_learnt_since_is_corrected_on_the_drive(paired, filled, drive):
    filled.put("capture-1")
    export(paired, filled.spool, drive)
    filled.spool.index.change("UPDATE captures SET clock = 'estimated'")
    export(paired, filled.spool, drive)
    about = json.loads((drive / f"camera-{CAMERA}" / "capture-1.json").read_text())
    assert about["clock"] == "estimated"


def test_only_what_is_elsewhere_or_unwanted_is_deleted(paired, filled, drive):
    for number in range(3):
        filled.put(f"capture-{number}")
    filled.spool.mark_refused(filled.spool.next_pending(), "truncated", "It ends too early.")
    with pytest.raises(AgentError, match="only when they are on a USB drive"):
        purge(filled.spool, frozenset({CaptureState.PENDING}))
    assert purge(filled.spool, frozenset({CaptureState.PENDING}), exported_only=True) == (0, 0)
    export(paired, filled.spool, drive)
    filled.put("capture-4")
    assert purge(filled.spool, frozenset({CaptureState.PENDING}), exported_only=True) == (2, 2 * len(jpeg()))
    assert purge(filled.spool, frozenset({CaptureState.REFUSED})) == (1, len(jpeg()))
    assert [path.stem for path in filled.spool.captures.iterdir()] == ["capture-4"]
