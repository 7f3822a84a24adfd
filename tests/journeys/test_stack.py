"""Starting, stopping and restarting in a terminal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


def test_a_stack_continues_after_ctrl_c_keeps_others_out_and_leaves_nothing_when_killed(make_stack):
    first = make_stack().ready()
    wait_until(lambda: len(list(first.home.glob("media/frames/**/*.jpg"))) >= 2, "two frames")
    assert first.interrupt() < 5
    assert first.process.returncode == 0
    assert first.processes() == []
    before = set(first.home.glob("media/frames/**/*.jpg"))
    second = make_stack().ready()
    wait_until(lambda: len(set(second.home.glob("media/frames/**/*.jpg"))) > len(before), "another frame")
    assert before <= set(second.home.glob("media/frames/**/*.jpg"))
    assert second.password == first.password

    third = make_stack()
    assert third.process.wait(60) == 1
    last = third.printed().strip().splitlines()[-1]
    assert "Another timelapse stack" in last
    assert "TIMELAPSE_HOME" in last
    assert "Traceback" not in third.printed()
    assert second.process.poll() is None

    os.kill(second.process.pid, signal.SIGKILL)
    second.process.wait()
    wait_until(lambda: not second.processes(), "all of its processes to be gone", 15)


def test_a_used_port_is_rejected_with_one_sentence(make_stack):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stack = make_stack(port=taken.getsockname()[1])
        assert stack.process.wait(60) == 1
    assert "--port" in stack.printed().strip().splitlines()[-1]
    assert "Traceback" not in stack.printed()


def test_the_command_without_arguments_lists_all_commands():
    done = subprocess.run(["./dev"], cwd=ROOT, capture_output=True, text=True, check=True)
    for command in ("up", "film", "test", "check", "docs", "bench"):
        assert f"\n  {command} " in done.stdout
