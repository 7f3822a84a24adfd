from __future__ import annotations

import os

from timelapse.project.stack.boot import running_valkey
from timelapse.project.stack.ports import free_port


def test_the_valkey_of_a_running_stack_is_found_and_none_where_none_answers(tmp_path):
    assert running_valkey(tmp_path) is None
    (tmp_path / "valkey").mkdir()
    note = tmp_path / "valkey" / "url"
    note.write_text(os.environ["REDIS_URL"])
    assert running_valkey(tmp_path) == os.environ["REDIS_URL"]
    note.write_text(f"redis://127.0.0.1:{free_port()}")
    assert running_valkey(tmp_path) is None
