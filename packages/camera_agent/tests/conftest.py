"""Worlds for tests: a strict server on a free port, a home paired with it, pictures."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from camera_agent.home import Home
from tests.server import StrictServer

# Machines that test are busy.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture
def server():
    with StrictServer() as running:
        yield running


@pytest.fixture
def home(tmp_path, server):
    paired = Home(tmp_path / "home").create()
    paired.write(paired.identity_file, {"server": server.url, "camera": "", "name": "Roof"})
    paired.save_token(server.add_token())
    return paired


def jpeg(shade: int = 128, *, width: int = 64, height: int = 48) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 255 - shade, 60)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    """Twelve pictures whose natural order is not the alphabetical one."""
    made = tmp_path / "pictures"
    made.mkdir()
    for number in range(1, 13):
        (made / f"img{number}.jpg").write_bytes(jpeg(number * 20))
    return made


@pytest.fixture
def filled(tmp_path):
    from tests.spool.conftest import Filled  # noqa: PLC0415 - it needs our pictures

    filled = Filled(tmp_path / "spool")
    yield filled
    filled.spool.close()
