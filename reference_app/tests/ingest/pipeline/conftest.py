"""Uploads and orders without HTTP."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from itertools import count
from uuid import UUID

import pytest

from timelapse.ingest.metadata import UploadRequest

CAMERA = UUID("0b8f5a52-2d0e-4c59-8f43-3f6f3a2f1c11")
_numbers = count(1)


@pytest.fixture
def camera_id():
    return CAMERA


@pytest.fixture
def announced():
    def announced(data, **over):
        capture = f"piped-{next(_numbers):08d}"
        values = {
            "capture": capture,
            "sha256": hashlib.sha256(data).hexdigest(),
            "captured_at": "2026-11-23T21:49:58Z",
            "sequence": "42",
            "filename": f"{capture}.jpg",
        } | over
        header = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())
        return UploadRequest.parse(str(len(data)), header)

    return announced
