from __future__ import annotations

from pathlib import Path

import queue_insight

SCRIPT = Path(queue_insight.__file__).with_name("static") / "queue_insight" / "page.js"


def test_the_one_script_is_small():
    assert [path.name for path in SCRIPT.parent.glob("*.js")] == ["page.js"]
    assert SCRIPT.stat().st_size < 20_000
