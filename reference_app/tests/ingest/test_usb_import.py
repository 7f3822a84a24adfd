from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from fsmlock.iteration import execute
from fsmlock.testing import interrupt_after
from timelapse.cameras import actions
from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of
from timelapse.ingest import usb_import

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera


def write(folder, camera, pictures, **over):
    """What `camera-agent spool export` writes, by the golden files."""
    folder.mkdir(parents=True, exist_ok=True)
    card = json.loads((GOLDEN / "exported_camera.json").read_text())
    owner = None if camera is None else str(camera.pk)
    (folder / "camera.json").write_text(json.dumps(card | {"camera": owner}))
    values = json.loads((GOLDEN / "capture_metadata.json").read_text())["values"]
    for number, data in enumerate(pictures):
        capture = f"roof-{number:08d}"
        facts = {"capture": capture, "sha256": hashlib.sha256(data).hexdigest(), "sequence": str(number)}
        (folder / f"{capture}.jpg").write_bytes(data)
        (folder / f"{capture}.json").write_text(json.dumps(values | facts | over))
    return folder


def take_in(folder, camera=None):
    (run,) = usb_import.enqueue_imports(folder, camera)
    assert execute(run).state == "succeeded"
    assert run.done + run.failed == run.total
    stored = usb_import.stored_by(run)
    return stored, run.done - stored, usb_import.refused_by(run)


def test_each_capture_is_stored_once_however_often_the_drive_is_imported(tmp_path, camera, picture):
    folder = write(tmp_path / "drive" / "camera-x", camera, [picture(seed) for seed in range(3)])
    assert take_in(tmp_path / "drive") == (3, 0, [])
    assert take_in(folder) == (0, 3, [])
    frames = Frame.objects.order_by("sequence")
    assert [frame.camera_id for frame in frames] == [camera.pk] * 3
    assert [file_of(frame).read_bytes() for frame in frames] == [picture(seed) for seed in range(3)]


def test_what_comes_over_the_network_later_is_a_duplicate(agent, tmp_path, picture):
    upload = agent.new_upload(picture())
    folder = write(tmp_path, agent.camera, [])
    (folder / f"{upload.capture}.jpg").write_bytes(upload.data)
    values = json.loads((GOLDEN / "capture_metadata.json").read_text())["values"]
    reported = {"capture": upload.capture, "sha256": hashlib.sha256(upload.data).hexdigest()}
    (folder / f"{upload.capture}.json").write_text(json.dumps(values | reported))
    assert take_in(folder) == (1, 0, [])
    assert agent.send(upload).headers["Capture-Status"] == "duplicate"
    assert Frame.objects.count() == 1


def test_a_picture_without_its_note_is_not_complete(tmp_path, camera, picture):
    folder = write(tmp_path, camera, [picture(1), picture(2)])
    (folder / "roof-00000001.json").unlink()
    assert take_in(folder) == (1, 0, [])


def test_what_can_not_be_used_is_named_with_its_reason_and_the_rest_is_stored(tmp_path, camera, picture):
    folder = write(tmp_path, camera, [picture(1), b"<html>no</html>", picture(2), picture(3)])
    (folder / "roof-00000002.jpg").write_bytes(picture(9))
    (folder / "roof-00000003.json").write_text("{")
    stored, known, refused = take_in(folder)
    assert (stored, known) == (1, 0)
    reasons = dict(refused)
    assert "no picture of a known kind" in reasons["roof-00000001.jpg"]
    assert "checksum" in reasons["roof-00000002.jpg"]
    assert "does not hold the values" in reasons["roof-00000003.jpg"]


def test_an_agent_that_was_never_paired_needs_a_camera_by_name_or_id(tmp_path, camera, picture):
    folder = write(tmp_path / "camera-unpaired-1", None, [picture()])
    with pytest.raises(usb_import.UsbImportError, match="--camera"):
        usb_import.find_captures(folder, None)
    assert take_in(folder, "Roof") == (1, 0, [])
    assert take_in(folder, str(camera.pk)) == (0, 1, [])


@pytest.mark.parametrize(
    ("prepare", "camera", "message"),
    [
        (shutil.rmtree, None, "There is no folder"),
        (lambda folder: (folder / "camera.json").unlink(), None, "holds no camera.json"),
        (lambda folder: (folder / "camera.json").write_text("[]"), None, "can't be read"),
        (
            lambda folder: (folder / "camera.json").write_text('{"protocol": 9, "camera": null}'),
            None,
            "protocol 9",
        ),
        (lambda folder: None, None, "doesn't know"),
        (lambda folder: None, "Garden", "There is no camera 'Garden'"),
    ],
)
def test_a_folder_that_can_not_be_imported_says_why(tmp_path, picture, prepare, camera, message):
    lost = actions.enrol("Gone").camera
    folder = write(tmp_path / "drive", lost, [picture()])
    lost.delete()
    prepare(folder)
    with pytest.raises(usb_import.UsbImportError, match=message):
        usb_import.find_captures(folder, camera)


def test_two_cameras_of_one_name_are_distinguished_by_id(tmp_path, camera, picture):
    actions.enrol("Roof")
    folder = write(tmp_path, camera, [picture()])
    with pytest.raises(usb_import.UsbImportError, match="several cameras 'Roof'"):
        usb_import.find_captures(folder, "Roof")


def test_limits_are_not_for_what_an_operator_brings(tmp_path, camera, picture, settings):
    settings.TIMELAPSE = {"frames_per_minute": 1, "bytes_per_day": 10}
    assert take_in(write(tmp_path, camera, [picture(1), picture(2)])) == (2, 0, [])


def test_an_import_can_be_paused_and_goes_on_behind_what_is_stored(tmp_path, camera, picture):
    folder = write(tmp_path, camera, [picture(seed) for seed in range(4)])
    (run,) = usb_import.enqueue_imports(folder, None, by="editor")
    execute(run, on_item=interrupt_after(2))
    run.pause(by="editor")
    assert (run.state, run.done, run.total, Frame.objects.count()) == ("paused", 2, 4, 2)
    run.apply_transition("resume", by="editor")
    execute(run)
    assert (run.state, usb_import.stored_by(run), Frame.objects.count()) == ("succeeded", 4, 4)


def test_each_camera_on_the_drive_has_a_run_of_its_own(tmp_path, camera, picture):
    garden = actions.enrol("Garden").camera
    write(tmp_path / "camera-a", camera, [picture(1)])
    write(tmp_path / "camera-b", garden, [picture(2)])
    runs = usb_import.enqueue_imports(tmp_path, None)
    assert [execute(run).done for run in runs] == [1, 1]
    assert {frame.camera_id for frame in Frame.objects.all()} == {camera.pk, garden.pk}
