from __future__ import annotations

import os
import sys

from tests.waiting import wait_until

from timelapse.project.stack.child import Child


def child(tmp_path, script):
    return Child("child", [sys.executable, "-c", script], tmp_path / "child.log")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_log_keeps_what_it_says(tmp_path):
    it = child(tmp_path, "print('one'); print('two')")
    it.start()
    assert it.wait(10)
    assert it.exit_code == 0
    assert it.log_tail(1) == "two"


def test_killing_it_kills_its_own_children_too(tmp_path):
    it = child(
        tmp_path,
        "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()",
    )
    it.start()
    wait_until(lambda: it.log_tail(1))
    grandchild = int(it.log_tail(1))
    it.kill()
    wait_until(lambda: not alive(grandchild))


def test_it_dies_with_the_process_that_started_it(tmp_path):
    starter = child(
        tmp_path,
        "import sys, time; from pathlib import Path; from timelapse.project.stack.child import Child\n"
        f"c = Child('inner', ['sleep', '60'], Path({str(tmp_path / 'inner.log')!r})); c.start()\n"
        "print(c.process.pid, flush=True); time.sleep(60)",
    )
    starter.start()
    wait_until(lambda: starter.log_tail(1))
    inner = int(starter.log_tail(1))
    assert starter.process is not None
    starter.process.kill()
    starter.process.wait()
    wait_until(lambda: not alive(inner))
