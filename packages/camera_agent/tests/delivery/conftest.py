from __future__ import annotations

import pytest

from camera_agent.remote.client import Client
from camera_agent.spool.store import Spool
from tests.conftest import jpeg
from tests.spool.conftest import NOW


@pytest.fixture
def client(server):
    client = Client(server.url, token=server.add_token(), timeout_s=5)
    yield client
    client.close()


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "spool")
    yield spool
    spool.close()


@pytest.fixture
def put(spool):
    """Put a picture into the spool."""

    def put(capture: str = "capture-1", content: bytes | None = None):
        target = spool.incoming / "image"
        target.write_bytes(jpeg() if content is None else content)
        return spool.put(
            target,
            capture=capture,
            filename=f"{capture}.jpg",
            filetype="image/jpeg",
            captured_at=NOW,
            exposure={},
        )

    return put
