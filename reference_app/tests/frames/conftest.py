"""Rows of frames, without files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from timelapse.cameras import actions as cameras
from timelapse.frames.actions import store_frame
from timelapse.frames.domain import Capture, FramePaths, Picture

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture
def camera():
    return cameras.enrol("Roof").camera


@pytest.fixture
def store():
    def store(camera, *, second=0, sequence=0, capture=None, **found):
        capture = Capture(
            capture=capture or f"capture-{next(_numbers):08d}",
            sha256="0" * 64,
            captured_at=NOON + timedelta(seconds=second),
            sequence=sequence,
        )
        picture = Picture(
            **{"width": 64, "height": 48, "orientation": 1, "extension": "jpg", "bytes": 99} | found
        )
        paths = FramePaths.of(camera.pk, capture.capture, picture.extension)
        return store_frame(camera.pk, capture, picture, paths)

    return store
