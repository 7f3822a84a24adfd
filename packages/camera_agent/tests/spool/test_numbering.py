from __future__ import annotations

import pytest

from camera_agent.captures import new_capture_id
from camera_agent.spool.numbering import BLOCK, number_of
from camera_agent.spool.store import INDEX, Spool
from tests.spool.conftest import NOW


def put(filled, count: int) -> list[int]:
    numbers = (filled.spool.last_sequence() + 1 for _ in range(count))
    return [filled.put(new_capture_id("cam", number)).sequence for number in numbers]


def lose_index(filled) -> Spool:
    filled.spool.close()
    for path in filled.folder.glob(f"{INDEX}*"):
        path.unlink()
    filled.spool = Spool(filled.folder)
    return filled.spool


def test_a_number_is_never_used_twice_though_the_index_is_lost(filled):
    assert put(filled, 3) == [1, 2, 3]
    while capture := filled.spool.next_pending():
        filled.spool.mark_delivered(capture)
    lose_index(filled).recover(NOW)
    [number] = put(filled, 1)
    assert 3 < number <= 3 + BLOCK + 1
    record = filled.spool.records
    record.log([(NOW, {})])
    assert record.batch()[1] > 2**32  # nor is a record's


def test_captures_that_wait_keep_their_numbers(filled):
    assert put(filled, 3) == [1, 2, 3]
    spool = lose_index(filled)
    assert spool.recover(NOW).adopted == 3
    assert [spool.claim().sequence for _ in range(3)] == [1, 2, 3]


def test_without_the_file_of_numbers_the_pictures_say_where_to_go_on(filled):
    put(filled, 3)
    (filled.folder / "sequence").write_bytes(b"\0\0")
    lose_index(filled).recover(NOW)
    assert put(filled, 1) == [4]


def test_a_restart_leaves_no_gap(filled):
    put(filled, 2)
    filled.reopen()
    filled.spool.recover(NOW)
    assert put(filled, 1) == [3]


@pytest.mark.parametrize(
    ("capture", "number"),
    [("cam-00000042-9f1c2ab37d04", 42), ("cam-x", None), ("replay-00000042-a", None), ("cam-1-a", None)],
)
def test_the_number_is_part_of_a_captures_id(capture, number):
    assert number_of(capture) == number
