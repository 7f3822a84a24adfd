from __future__ import annotations

from camera_agent.host.clock import ClockQuality, Instant
from camera_agent.spool import rows
from camera_agent.spool.index import Index

TAKEN = Instant(wall_ns=1, quality=ClockQuality.SYNCED, boot="b", monotonic_ns=2)


def test_a_row_comes_back_as_the_capture_it_was(tmp_path):
    index = Index(tmp_path / "index")
    about = {
        "capture": "cam-00000001",
        "filename": "ä.jpg",
        "filetype": "image/jpeg",
        "size": 3,
        "sha256": "ab",
    }
    cause = {"traceparent": "00-1", "tracestate": "eliot=a2"}
    capture = rows.insert(index, **about, captured_at=TAKEN, exposure={"iso": 100}, cause=cause)
    assert rows.to_capture(index.one("SELECT * FROM captures")) == capture
    assert (capture.sequence, capture.captured_at, capture.exposure) == (1, TAKEN, {"iso": 100})
    assert capture.cause == cause
    index.close()
