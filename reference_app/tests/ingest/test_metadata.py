from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timelapse.frames.domain import Capture
from timelapse.ingest.domain import Refusal
from timelapse.ingest.metadata import (
    Checksum,
    UploadRequest,
    capture_id,
    capture_of,
    parse_metadata,
    whole_number,
)

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
LEAST = {
    "capture": "roof-00000042",
    "sha256": "0" * 64,
    "captured_at": "2026-11-23T21:49:58.031Z",
    "sequence": "42",
}


def refused(values):
    with pytest.raises(Refusal) as caught:
        capture_of(values)
    assert caught.value.status == 400
    return caught.value.message


def test_the_golden_metadata_are_read_whole():
    golden = json.loads((GOLDEN / "capture_metadata.json").read_text())
    assert parse_metadata(golden["upload_metadata"]) == golden["values"]
    capture = capture_of(golden["values"])
    assert capture.captured_at == datetime.fromisoformat(golden["values"]["captured_at"])
    assert (capture.sequence, capture.clock, capture.monotonic_ns) == (42, "synced", 81274000000)
    assert capture.exposure == {"shutter_s": 0.004, "iso": 100}


def test_four_values_are_enough():
    assert capture_of(LEAST) == Capture(
        capture="roof-00000042",
        sha256="0" * 64,
        captured_at=datetime(2026, 11, 23, 21, 49, 58, 31000, tzinfo=UTC),
        sequence=42,
    )


@pytest.mark.parametrize("name", LEAST)
def test_none_of_them_may_be_missing(name):
    assert name in refused({key: value for key, value in LEAST.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("capture", "short"),
        ("capture", "../../../etc/passwd"),
        ("capture", "x" * 81),
        ("capture", "eight__\n"),
        ("sha256", "A" * 64),
        ("sha256", "0" * 63),
        ("captured_at", "yesterday"),
        ("captured_at", "2026-11-23T21:49:58"),
        ("captured_at", "0001-01-01T00:00:00Z"),
        ("sequence", "-1"),
        ("sequence", "1.5"),
        ("sequence", str(2**31)),
        ("sequence", "٤٢"),
        ("clock", "wrong"),
        ("monotonic_ns", "soon"),
        ("exposure", "[]"),
        ("exposure", "{"),
        ("exposure", '{"iso": NaN}'),
        ("exposure", '{"note": "\\u0000"}'),
        ("exposure", '{"note": "\\ud800"}'),
        ("exposure", "[" * 4000),
        ("exposure", json.dumps({"x": "y" * 5000})),
    ],
)
def test_a_value_that_makes_no_sense_is_named(name, value):
    assert name in refused(LEAST | {name: value})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("roof.jpg", "roof.jpg"),
        ("/home/pi/roof.jpg", "roof.jpg"),
        ("C:\\DCIM\\roof.jpg", "roof.jpg"),
        ("roof\x00\x1b[2J.jpg", "roof[2J.jpg"),
        ("x" * 300, "x" * 255),
        ("..", ".."),
    ],
)
def test_a_file_name_is_kept_to_be_shown_only(sent, kept):
    assert capture_of(LEAST | {"filename": sent}).filename == kept


def test_a_capture_time_of_another_zone_is_kept_in_utc():
    capture = capture_of(LEAST | {"captured_at": "2026-11-23T22:49:58+01:00"})
    assert capture.captured_at == datetime(2026, 11, 23, 21, 49, 58, tzinfo=UTC)


@pytest.mark.parametrize("header", ["capture %%%", "capture /w==", "capture a"])
def test_what_is_no_base64_of_text_is_refused(header):
    with pytest.raises(Refusal):
        parse_metadata(header)


def test_a_key_may_stand_without_a_value():
    assert parse_metadata("is_confidential, capture cm9vZg==") == {"is_confidential": "", "capture": "roof"}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_no_header_brings_down_the_reader(header):
    try:
        UploadRequest.parse("10", header)
    except Refusal as refusal:
        assert refusal.status == 400  # noqa: PT017 - either way of ending is right


@pytest.mark.parametrize("length", [None, "", "-1", "1e3", "10" * 20, "1 "])
def test_a_length_is_a_whole_number(length):
    with pytest.raises(Refusal):
        UploadRequest.parse(length, "")


def test_a_checksum_matches_its_bytes_only():
    checksum = Checksum.parse("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=")  # of "hello"
    assert checksum.matches(hashlib.sha1(b"hello"))
    assert not checksum.matches(hashlib.sha1(b"hallo"))


@pytest.mark.parametrize("value", ["sha1", "sha1 AAAA", "sha256 " + "A" * 28])
def test_a_checksum_of_another_length_than_its_algorithm_has_is_refused(value):
    with pytest.raises(Refusal, match="Upload-Checksum is not a sha"):
        Checksum.parse(value)


def test_metadata_that_says_a_thing_twice_is_refused():
    with pytest.raises(Refusal, match="'a' twice"):
        parse_metadata("a AAAA,b AAAA,a AAAA")


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1 %%%", ""])
def test_a_checksum_that_can_not_be_read_is_refused(header):
    with pytest.raises(Refusal):
        Checksum.parse(header)


def test_an_id_in_an_address_is_checked_too():
    assert capture_id("roof-00000042") == "roof-00000042"
    with pytest.raises(Refusal):
        capture_id("..%2f..%2f")


def test_a_count_may_be_bounded():
    assert whole_number("n", "7", at_most=7) == 7
    with pytest.raises(Refusal, match="up to 7"):
        whole_number("n", "8", at_most=7)
