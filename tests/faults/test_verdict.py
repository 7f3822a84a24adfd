"""A judge that acquits everybody proves nothing: each planted bug must be named, and only it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from .camera import Taken
from .verdict import Evidence, Kept, Promised, judge

BOOT = datetime(2026, 11, 24, tzinfo=UTC)


def shot(number):
    return Taken(number=number, sha256=f"{number:064x}", size=10, at_ns=number * 10**9, agent=7)


def frame(number, **other):
    about = {
        "capture": f"cam-{number:08d}",
        "sequence": number + 1,
        "sha256": f"{number:064x}",
        "file_sha256": f"{number:064x}",
        "captured_at": BOOT + timedelta(seconds=number),
        "clock": "estimated",
    }
    return Kept(**(about | other))


@pytest.fixture
def innocent():
    frames = [frame(number) for number in range(5)]
    return Evidence(
        taken=[shot(number) for number in range(5)],
        promised=[Promised(capture=f.capture, sequence=f.sequence, sha256=f.sha256) for f in frames],
        kept=frames,
        excused=(),
        boot_ns=int(BOOT.timestamp()) * 10**9,
        files=5,
    )


def only(evidence):
    (complaint,) = judge(evidence)
    return complaint


def test_nothing_is_said_of_what_is_right(innocent):
    assert judge(innocent) == []


def test_a_lost_frame_is_found(innocent):
    guilty = replace(innocent, kept=innocent.kept[:2] + innocent.kept[3:], files=4)
    assert only(guilty) == "lost: capture cam-00000002 (sequence 3) was promised and is not stored"


def test_a_file_that_is_gone_below_its_row_is_found(innocent):
    guilty = replace(innocent, kept=[*innocent.kept[:4], frame(4, file_sha256="")], files=4)
    assert [complaint.split(":")[0] for complaint in judge(guilty)] == ["changed", "doubled"]


def test_a_double_row_is_found(innocent):
    twin = replace(innocent.kept[1], capture="cam-again", sequence=9)
    guilty = replace(innocent, kept=[*innocent.kept, twin], files=6)
    assert any(complaint.startswith("doubled: 2 frames have the sha256") for complaint in judge(guilty))


def test_a_file_too_many_is_found(innocent):
    assert only(replace(innocent, files=6)) == "doubled: the store has 6 files for 5 frames"


def test_a_changed_byte_is_found(innocent):
    guilty = replace(innocent, kept=[*innocent.kept[:4], frame(4, file_sha256="f" * 64)])
    assert only(guilty) == "changed: the file of cam-00000004 is not what its row says"


def test_bytes_that_changed_before_they_were_hashed_are_found(innocent):
    odd = "e" * 64
    promised = [*innocent.promised[:4], replace(innocent.promised[4], sha256=odd)]
    guilty = replace(
        innocent, kept=[*innocent.kept[:4], frame(4, sha256=odd, file_sha256=odd)], promised=promised
    )
    assert "changed: cam-00000004 is no picture that the camera took" in judge(guilty)


def test_a_wrong_order_is_found(innocent):
    swapped = [*innocent.kept[:3], frame(3, sequence=5), frame(4, sequence=4)]
    assert only(replace(innocent, kept=swapped)).startswith("disordered: picture 4 comes before 3")


def test_a_time_beyond_its_stated_quality_is_found(innocent):
    off = frame(4, captured_at=BOOT + timedelta(days=1))
    assert only(replace(innocent, kept=[*innocent.kept[:4], off])).startswith("mistimed: cam-00000004")


def test_a_time_of_unknown_quality_may_be_any(innocent):
    off = frame(4, captured_at=BOOT + timedelta(days=1), clock="unknown")
    assert judge(replace(innocent, kept=[*innocent.kept[:4], off])) == []


def test_a_picture_that_never_reached_the_spool_needs_an_excuse(innocent):
    without = replace(innocent, kept=innocent.kept[:4], promised=innocent.promised[:4], files=4)
    assert only(without).startswith("lost: picture 4 never reached the spool")
    assert judge(replace(without, excused={4})) == []
