from __future__ import annotations

from camera_agent.spool import listing as module
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState


def test_it_goes_through_all_pages_in_order(filled, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    for number in range(5):
        filled.put(f"capture-{number}")
    filled.spool.mark_delivered(filled.spool.next_pending())
    assert [entry.capture.sequence for entry in listing(filled.spool.index)] == [2, 3, 4, 5]
    delivered = listing(filled.spool.index, frozenset({CaptureState.DELIVERED}))
    assert [entry.capture.capture for entry in delivered] == ["capture-0"]
