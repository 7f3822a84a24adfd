"""Whatever interrupts logging may log, too: nothing waits for itself, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

WORLDS = Path(__file__).parents[1] / "interruption_worlds.py"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("world", ["signals", "finalisers", "texts", "forks"])
def test_what_interrupts_logging_may_log_and_never_waits_for_what_it_interrupted(world, tmp_path):
    path = tmp_path / "log.jsonl"
    program = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", WORLDS, world, path],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert program.stderr == ""
    said, lost = map(int, program.stdout.split())
    messages = [json.loads(line) for line in path.read_text().splitlines()]
    assert lost == 0
    assert Counter(m.get("message_type") for m in messages)["interruption"] == said
    ids = Counter((m["task_uuid"], tuple(m["task_level"])) for m in messages)
    assert [each for each, times in ids.items() if times > 1] == []
    assert Counter(m["action_status"] for m in messages if m.get("action_type") == "work") == {
        "started": 1,
        "succeeded": 1,
    }


def test_what_is_logged_while_the_interpreter_ends_is_written(tmp_path):
    code = """if 1:
        import sys
        from eliot_progress import install, log_message, progress
        class Logs:
            def __del__(self):
                log_message("last")
        kept = Logs()
        install(log_path=sys.argv[1])
        for _ in progress([1, 2], "left"):
            break
    """
    path = tmp_path / "log.jsonl"
    subprocess.run([sys.executable, "-c", code, path], check=True)
    messages = [json.loads(line) for line in path.read_text().splitlines()]
    assert messages[-1]["message_type"] == "last"
    ends = [m["outcome"] for m in messages if m.get("outcome") and m.get("message_type") == "progress"]
    assert ends == ["cancelled"]
