from __future__ import annotations

from contextlib import closing

import pytest

from camera_agent.errors import SpoolError
from camera_agent.spool import rows
from camera_agent.spool.index import Index
from camera_agent.spool.schema import VERSION


@pytest.fixture
def index(tmp_path):
    index = Index(tmp_path / "index")
    yield index
    index.close()


def test_an_index_that_cant_be_opened_says_so(tmp_path):
    (tmp_path / "index").write_text("this is no database, however long it may look to a reader")
    with pytest.raises(SpoolError, match="can't be opened"):
        Index(tmp_path / "index")


def test_an_index_of_a_newer_agent_is_left_alone(tmp_path, index):
    index.change("PRAGMA user_version = 99")
    with pytest.raises(SpoolError, match="written by a newer camera-agent"):
        Index(tmp_path / "index")


def test_what_an_older_agent_put_there_is_kept_and_more_can_be_put(tmp_path, index):
    insert = """INSERT INTO captures
        (capture, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns, exposure)
        VALUES ('cam-1', 'a.jpg', 'image/jpeg', 3, 'ab', 1, 'synced', 'b', 2, '{}')"""
    index.change("ALTER TABLE captures DROP COLUMN cause")
    index.change("PRAGMA user_version = 1")
    index.change(insert)
    index.close()
    for _ in range(2):
        with closing(Index(tmp_path / "index")) as newer:
            assert [rows.to_capture(row).cause for row in newer.all("SELECT * FROM captures")] == [{}]
            assert newer.number("PRAGMA user_version") == VERSION


def test_each_commit_is_on_disk_before_it_returns(index):
    assert index.number("PRAGMA synchronous") == 2
    assert index.one("PRAGMA journal_mode")[0] == "wal"


def test_a_transaction_that_fails_changes_nothing(index):
    def twice() -> None:
        with index.transaction() as connection:
            connection.execute("INSERT INTO notes VALUES ('a', '1')")
            connection.execute("INSERT INTO notes VALUES ('a', '2')")

    with pytest.raises(SpoolError, match="UNIQUE"):
        twice()
    assert index.all("SELECT * FROM notes") == []


def test_a_second_process_reads_what_the_first_has_written(tmp_path, index):
    index.change("INSERT INTO notes VALUES ('a', '1')")
    other = Index(tmp_path / "index")
    assert other.number("SELECT value FROM notes") == 1
    assert other.number("SELECT value FROM notes WHERE name = 'b'") == 0
    other.close()
