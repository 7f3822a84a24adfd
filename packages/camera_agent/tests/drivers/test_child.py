"""The driver's process from inside; from outside it is tested with `DriverProcess`."""

from __future__ import annotations

import io
import json

from camera_agent.drivers.child import serve
from tests.conftest import jpeg


def conversation(*commands: dict) -> list[dict]:
    answers = io.BytesIO()
    serve(io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in commands)), answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def opening(source) -> dict:
    return {"command": "open", "driver": "replay", "options": {"source": str(source)}}


def test_a_source_is_opened_captured_to_its_end_and_closed(tmp_path):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(jpeg())
    capture = {"command": "capture", "target": str(tmp_path / "image")}
    opened, image, end, health = conversation(opening(picture), capture, capture, {"command": "health"})
    assert opened["ok"] == {
        "model": "Replay of a.jpg",
        "finite": True,
        "total": 1,
        "skipped": [],
        "exposure_limits": None,
        "note": "",
    }
    assert image["ok"] == {
        "filename": "a.jpg",
        "filetype": "image/jpeg",
        "exposure": {},
        "measurement": None,
        "captured_ns": None,
        "path": "a.jpg",
    }
    assert (end, health) == ({"ok": None}, {"ok": {}})
    assert (tmp_path / "image").read_bytes() == jpeg()


def test_a_driver_that_does_not_exist_is_an_answer():
    [response] = conversation({"command": "open", "driver": "simulatd", "options": {}})
    assert response["error"]["kind"] == "bad_input"
    assert response["error"]["remedy"] == "Did you mean 'simulated'?"


def test_an_unknown_command_is_an_answer(tmp_path):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(jpeg())
    assert conversation(opening(picture), {"command": "dance"})[1]["error"]["kind"] == "camera"
