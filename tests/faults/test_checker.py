"""The checker reports each violation, and only that one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from .camera import LedgerEntry
from .checker import FaultRecord, PromisedCapture, StoredFrame, check

BOOT = datetime(2026, 11, 24, tzinfo=UTC)


def entry(number):
    return LedgerEntry(number=number, sha256=f"{number:064x}", size=10, at_ns=number * 10**9, agent=7)


def frame(number, **other):
    about = {
        "capture": f"cam-{number:08d}",
        "sequence": number + 1,
        "sha256": f"{number:064x}",
        "file_sha256": f"{number:064x}",
        "captured_at": BOOT + timedelta(seconds=number),
        "clock": "estimated",
    }
    return StoredFrame(**(about | other))


@pytest.fixture
def valid():
    frames = [frame(number) for number in range(5)]
    return FaultRecord(
        captured=[entry(number) for number in range(5)],
        promised=[PromisedCapture(capture=f.capture, sequence=f.sequence, sha256=f.sha256) for f in frames],
        stored=frames,
        exempt=(),
        boot_ns=int(BOOT.timestamp()) * 10**9,
        files=5,
    )


def only(record):
    (violation,) = check(record)
    return violation


def test_a_valid_record_has_no_violations(valid):
    assert check(valid) == []


def test_a_lost_frame_is_reported(valid):
    invalid = replace(valid, stored=valid.stored[:2] + valid.stored[3:], files=4)
    assert only(invalid) == "lost: capture cam-00000002 (sequence 3) was promised and is not stored"


def test_a_missing_file_is_reported(valid):
    invalid = replace(valid, stored=[*valid.stored[:4], frame(4, file_sha256="")], files=4)
    assert [violation.split(":")[0] for violation in check(invalid)] == ["changed", "duplicated"]


def test_a_duplicated_row_is_reported(valid):
    twin = replace(valid.stored[1], capture="cam-again", sequence=9)
    invalid = replace(valid, stored=[*valid.stored, twin], files=6)
    assert any(violation.startswith("duplicated: 2 frames have the sha256") for violation in check(invalid))


def test_an_additional_file_is_reported(valid):
    assert only(replace(valid, files=6)) == "duplicated: the store has 6 files for 5 frames"


def test_a_changed_byte_is_reported(valid):
    invalid = replace(valid, stored=[*valid.stored[:4], frame(4, file_sha256="f" * 64)])
    assert only(invalid) == "changed: the file of cam-00000004 does not match its row"


def test_bytes_changed_before_hashing_are_reported(valid):
    odd = "e" * 64
    promised = [*valid.promised[:4], replace(valid.promised[4], sha256=odd)]
    invalid = replace(
        valid, stored=[*valid.stored[:4], frame(4, sha256=odd, file_sha256=odd)], promised=promised
    )
    assert "changed: cam-00000004 is no picture that the camera captured" in check(invalid)


def test_a_wrong_order_is_reported(valid):
    swapped = [*valid.stored[:3], frame(3, sequence=5), frame(4, sequence=4)]
    assert only(replace(valid, stored=swapped)).startswith("out of order: picture 4 comes before 3")


def test_a_time_beyond_its_claimed_accuracy_is_reported(valid):
    off = frame(4, captured_at=BOOT + timedelta(days=1))
    assert only(replace(valid, stored=[*valid.stored[:4], off])).startswith("mistimed: cam-00000004")


def test_a_time_of_unknown_accuracy_may_be_any(valid):
    off = frame(4, captured_at=BOOT + timedelta(days=1), clock="unknown")
    assert check(replace(valid, stored=[*valid.stored[:4], off])) == []


def test_a_picture_that_never_reached_the_spool_must_be_exempt(valid):
    without = replace(valid, stored=valid.stored[:4], promised=valid.promised[:4], files=4)
    assert only(without).startswith("lost: picture 4 never reached the spool")
    assert check(replace(without, exempt={4})) == []
