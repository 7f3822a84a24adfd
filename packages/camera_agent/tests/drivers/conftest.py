from __future__ import annotations

import pytest

from tests.conftest import jpeg


@pytest.fixture
def card(tmp_path, monkeypatch):
    """The card of libgphoto2's virtual camera, with the picture that it gives for every shot."""
    made = tmp_path / "card"
    made.mkdir()
    (made / "a.jpg").write_bytes(jpeg(77))
    monkeypatch.setenv("VCAMERADIR", str(made))
    return made
