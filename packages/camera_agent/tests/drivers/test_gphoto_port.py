from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import DriverError

pytest.importorskip("gphoto2")


@pytest.fixture
def camera(card, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))

    def named(name: str) -> DriverProcess:
        return DriverProcess(f"tests.drivers.stuck:{name}", {})

    return named


def test_a_camera_that_does_not_come_up_again_has_its_port_reset(camera, tmp_path):
    with closing(camera("StuckCamera")) as process:
        process.open()
        assert process.capture(tmp_path / "image").filetype == "image/jpeg"


def test_the_port_of_a_camera_that_another_program_holds_is_left_alone(camera, tmp_path):
    with closing(camera("HeldCamera")) as process:
        process.open()
        with pytest.raises(DriverError, match=r"Another program holds the camera|USB devices are held"):
            process.capture(tmp_path / "image")
