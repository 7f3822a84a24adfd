from __future__ import annotations

import resource

import pytest

from fsmlock.errors import FsmlockError
from fsmlock.iteration import journal
from fsmlock.iteration.journal import Journal, Position


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FSMLOCK = {"JOURNALS": str(tmp_path / "journals")}
    return tmp_path / "journals"


def test_the_last_position_written_is_read():
    first = Journal("run")
    assert first.read() is None
    for n in range(5):
        first.write(Position(cursor=[n, "x"], done=n, failed=0))
    assert Journal("run").read() == Position(cursor=[4, "x"], done=4, failed=0)
    first.remove()
    assert Journal("run").read() is None


def test_a_torn_write_leaves_the_previous_one(folder):
    first = Journal("run")
    first.write(Position(cursor=1, done=1))
    first.write(Position(cursor=2, done=2))
    first.close()
    path = folder / "run.journal"
    data = bytearray(path.read_bytes())
    data[20] ^= 0xFF  # in the slot that was written last
    path.write_bytes(data)
    assert Journal("run").read() == Position(cursor=1, done=1)
    path.write_bytes(b"")
    assert Journal("run").read() is None


def test_a_cursor_too_long_for_it_is_left_to_the_database():
    Journal("run").write(Position(cursor="x" * 5000, done=1))
    assert Journal("run").read() is None


@pytest.fixture
def full_disk():
    """No file may grow beyond a kilobyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_position_to_the_database(full_disk, caplog):
    first = Journal("run")
    for n in range(3):
        first.write(Position(cursor=n, done=n))
    first.close()
    assert Journal("run").read() is None
    assert caplog.text.count("has no room") == 1


def test_the_room_of_a_journal_is_taken_before_it_is_written_to(folder):
    first = Journal("run")
    with first._open():
        assert (folder / "run.journal").stat().st_blocks > 0


def test_somebody_elses_folder_is_not_used(monkeypatch):
    monkeypatch.setattr(journal.os, "getuid", lambda: 12345)
    with pytest.raises(FsmlockError, match="belongs to somebody else"):
        Journal("run").read()
