from __future__ import annotations


def test_notes_are_kept_and_forgotten(filled):
    filled.spool.key_values.set("run", "a")
    filled.spool.key_values.set("run", "b")
    filled.reopen()
    assert filled.spool.key_values.get("run") == "b"
    filled.spool.key_values.set("run", None)
    assert filled.spool.key_values.get("run") is None
