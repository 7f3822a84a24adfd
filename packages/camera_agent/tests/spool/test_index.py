from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from camera_agent.errors import SpoolError
from camera_agent.spool import rows
from camera_agent.spool.clock_fixes import ClockFixes
from camera_agent.spool.command_results import CommandResults
from camera_agent.spool.index import Index
from camera_agent.spool.key_values import KeyValues
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


def old_index(path, *statements: str) -> None:
    """An index as version 2 of the schema made it, with some statements run on it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "schema_2.sql").read_text())
        connection.execute(
            """INSERT INTO captures
            (capture, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns, exposure, told)
            VALUES ('cam-1', 'a.jpg', 'image/jpeg', 3, 'ab', 1, 'synced', 'b', 2, '{}', 1)"""
        )
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_what_an_older_agent_put_there_is_kept_and_more_can_be_put(tmp_path):
    old_index(tmp_path / "index", "ALTER TABLE captures DROP COLUMN cause", "PRAGMA user_version = 1")
    for _ in range(2):
        with closing(Index(tmp_path / "index")) as newer:
            assert [rows.to_capture(row).cause for row in newer.all("SELECT * FROM captures")] == [{}]
            assert newer.number("PRAGMA user_version") == VERSION


def test_everything_in_an_index_of_version_2_is_found_under_its_new_name(tmp_path):
    old_index(
        tmp_path / "index",
        "INSERT INTO notes VALUES ('asked', '7'), ('dropped', '3')",
        "INSERT INTO fixes VALUES ('boot-1', 5, 1.5, 'ntp', 0), ('boot-2', 6, 2.5, 'server', 1)",
        "INSERT INTO commands (id, state, heard) VALUES ('c1', 'done', 0), ('c2', 'done', 1)",
    )
    with closing(Index(tmp_path / "index")) as index:
        assert index.number("SELECT reported FROM captures") == 1
        assert KeyValues(index).get("deliver_up_to") == "7"
        assert KeyValues(index).get("dropped") == "3"
        assert [fix.boot for fix in ClockFixes(index).unreported()] == ["boot-1"]
        assert [result.id for result in CommandResults(index).unacknowledged()] == ["c1"]
        assert index.number("SELECT captures FROM totals WHERE state = 0") == 1


def test_an_upgraded_index_has_the_schema_of_a_new_one(tmp_path, index):
    old_index(tmp_path / "old")

    def columns(one: Index) -> dict[str, list[str]]:
        tables = [row["name"] for row in one.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [row["name"] for row in one.all(f"PRAGMA table_info({table})")] for table in sorted(tables)
        }

    with closing(Index(tmp_path / "old")) as upgraded:
        assert columns(upgraded) == columns(index)


def test_each_commit_is_on_disk_before_it_returns(index):
    assert index.number("PRAGMA synchronous") == 2
    assert index.one("PRAGMA journal_mode")[0] == "wal"


def test_a_transaction_that_fails_changes_nothing(index):
    def twice() -> None:
        with index.transaction() as connection:
            connection.execute("INSERT INTO key_values VALUES ('a', '1')")
            connection.execute("INSERT INTO key_values VALUES ('a', '2')")

    with pytest.raises(SpoolError, match="UNIQUE"):
        twice()
    assert index.all("SELECT * FROM key_values") == []


def test_a_second_process_reads_what_the_first_has_written(tmp_path, index):
    index.change("INSERT INTO key_values VALUES ('a', '1')")
    other = Index(tmp_path / "index")
    assert other.number("SELECT value FROM key_values") == 1
    assert other.number("SELECT value FROM key_values WHERE name = 'b'") == 0
    other.close()
