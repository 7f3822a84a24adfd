from __future__ import annotations


def test_notes_are_kept_and_forgotten(filled):
    filled.spool.notes.set("run", "a")
    filled.spool.notes.set("run", "b")
    filled.reopen()
    assert filled.spool.notes.get("run") == "b"
    filled.spool.notes.set("run", None)
    assert filled.spool.notes.get("run") is None
