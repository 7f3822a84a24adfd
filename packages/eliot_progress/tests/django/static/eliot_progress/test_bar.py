from __future__ import annotations

from importlib.resources import files

STATIC = files("eliot_progress.django") / "static" / "eliot_progress"
MAX_BYTES = 6_000


def test_the_script_of_the_bar_is_small_and_needs_no_other():
    script = (STATIC / "bar.js").read_bytes()
    assert len(script) + len((STATIC / "bar.css").read_bytes()) < MAX_BYTES
    assert b"import " not in script
