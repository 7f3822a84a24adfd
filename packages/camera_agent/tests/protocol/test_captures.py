from __future__ import annotations

import pytest

from camera_agent.protocol.captures import format_header, parse_header, read_metadata
from camera_agent.protocol.errors import InvalidValueError
from tests.golden import golden

LEAST = {
    "capture": "roof-00000042",
    "sha256": "0" * 64,
    "captured_at": "2026-11-23T21:49:58.031Z",
    "sequence": "42",
}


@pytest.mark.parametrize("name", ["capture_metadata", "preview_metadata"])
def test_the_golden_metadata_are_written_and_read(name):
    message = golden(name)
    assert format_header(message["values"]) == message["upload_metadata"]
    values = parse_header(message["upload_metadata"])
    assert values == message["values"]
    read = read_metadata(values)
    assert (read.capture, str(read.sequence)) == (values["capture"], values["sequence"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("capture", "short"),
        ("capture", "eight___\n"),
        ("sha256", "A" * 64),
        ("captured_at", "2026-11-23T21:49:58"),
        ("captured_at", "0001-01-01T00:00:00Z"),
        ("sequence", "-1"),
        ("sequence", "٤٢"),
        ("clock", "wrong"),
        ("exposure", "["),
        ("exposure", '{"iso": NaN}'),
        ("of", "x"),
    ],
)
def test_a_value_out_of_bounds_is_named(name, value):
    with pytest.raises(InvalidValueError, match=name):
        read_metadata(LEAST | {name: value})


def test_a_name_is_freed_of_its_folder():
    assert read_metadata(LEAST | {"filename": "C:\\DCIM\\roof.jpg"}).filename == "roof.jpg"


@pytest.mark.parametrize("header", ["capture %%%", "capture /w==", "a AAAA,a AAAA"])
def test_a_header_that_cant_be_read_is_refused(header):
    with pytest.raises(InvalidValueError, match="Upload-Metadata"):
        parse_header(header)
