from __future__ import annotations

import itertools

import pytest

from camera_agent.clock import ClockQuality, Instant
from camera_agent.errors import SpoolError
from camera_agent.spool import rows

MANY = 260_000
TAKEN = Instant(wall_ns=1, quality=ClockQuality.SYNCED, boot="b", monotonic_ns=2)


def test_a_row_comes_back_as_the_capture_it_was(tmp_path):
    index = rows.connect(tmp_path / "index")
    about = {
        "capture": "cam-00000001",
        "filename": "ä.jpg",
        "filetype": "image/jpeg",
        "size": 3,
        "sha256": "ab",
    }
    capture = rows.insert(index, **about, taken=TAKEN, exposure={"iso": 100})
    assert rows.to_capture(index.execute("SELECT * FROM captures").fetchone()) == capture
    assert (capture.sequence, capture.taken, capture.exposure) == (1, TAKEN, {"iso": 100})
    index.close()


def test_an_index_that_cant_be_opened_says_so(tmp_path):
    (tmp_path / "index").write_text("this is no database, however long it may look to a reader")
    with pytest.raises(SpoolError, match="can't be opened"):
        rows.connect(tmp_path / "index")


def test_picking_the_next_of_260000_takes_a_few_steps_of_the_database(tmp_path):
    index = rows.connect(tmp_path / "index")
    values = ((f"cam-{number:08d}", number < 1000) for number in range(MANY))
    index.execute("BEGIN")
    index.executemany(
        "INSERT INTO captures (capture, state, filename, filetype, size, sha256, wall_ns, clock, boot,"
        " monotonic_ns, exposure) VALUES (?, ?, 'x', 'image/jpeg', 1, '', 1, 'synced', 'b', 1, '{}')",
        values,
    )
    index.execute("COMMIT")
    steps = itertools.count()
    index.set_progress_handler(lambda: next(steps) < 0, 1)
    row = index.execute("SELECT * FROM captures WHERE state = 0 ORDER BY sequence LIMIT 1").fetchone()
    assert row["capture"] == "cam-00001000"
    assert next(steps) < 100
    index.close()
