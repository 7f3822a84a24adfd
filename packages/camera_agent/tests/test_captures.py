from __future__ import annotations

import json

import pytest

from camera_agent.captures import (
    CAPTURE_ID,
    EXTENSIONS,
    Capture,
    filetype_of,
    footage_type_of,
    from_rfc3339,
    new_capture_id,
    rfc3339,
    upload_metadata,
)
from camera_agent.host.clock import ClockQuality, Instant
from tests.golden import golden


@pytest.mark.parametrize("name", ["capture_metadata", "preview_metadata"])
def test_the_metadata_header_is_the_golden_one(name):
    message = golden(name)
    values = message["values"]
    capture = Capture(
        capture=values["capture"],
        sequence=int(values["sequence"]),
        filename=values["filename"],
        filetype=values["filetype"],
        size=1,
        sha256=values["sha256"],
        captured_at=Instant(
            wall_ns=from_rfc3339(values["captured_at"]),
            quality=ClockQuality(values["clock"]),
            boot=values["boot"],
            monotonic_ns=int(values["monotonic_ns"]),
        ),
        exposure=json.loads(values.get("exposure", "{}")),
        kind=values.get("kind", "frame"),
        of=values.get("of", ""),
    )
    assert upload_metadata(capture) == message["upload_metadata"]


@pytest.mark.parametrize(
    ("head", "filetype"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"hello, world", None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(head, filetype):
    assert filetype_of(head) == filetype


@pytest.mark.parametrize(
    ("head", "filetype"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypcrx ", "image/x-raw"),
        (b"\0\0\0\x18ftypisom", None),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"FUJIFILMCCD-RAW", "image/x-raw"),
        (b"GIF89a", None),
    ],
)
def test_footage_may_be_of_more_kinds_than_drivers_take(head, filetype):
    assert footage_type_of(head) == filetype
    assert filetype is None or filetype in EXTENSIONS


def test_capture_ids_are_what_the_server_accepts_and_never_the_same():
    one, other = new_capture_id("cam", 42), new_capture_id("cam", 42)
    assert CAPTURE_ID.fullmatch(one)
    assert one.startswith("cam-00000042-")
    assert one != other


def test_moments_survive_the_way_to_text_and_back():
    moment = 1_795_470_598_031_000_000
    assert rfc3339(moment) == "2026-11-23T21:49:58.031000Z"
    assert from_rfc3339(rfc3339(moment)) == moment
    assert from_rfc3339("2026-11-23T22:49:58.031+01:00") == moment


def test_a_moment_without_a_zone_is_no_moment():
    with pytest.raises(ValueError, match="no time zone"):
        from_rfc3339("2026-11-23T21:49:58")
