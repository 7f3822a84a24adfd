from __future__ import annotations

import sys

import pytest
from tests.waiting import wait_until

from timelapse.project.stack import supervisor as stack_supervisor
from timelapse.project.stack.child import Child
from timelapse.project.stack.errors import StackError
from timelapse.project.stack.supervisor import Supervisor, supervised


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def child(tmp_path, script, name="child"):
    return Child(name, [sys.executable, "-c", script], tmp_path / f"{name}.log")


def test_what_ends_is_started_again_after_a_pause_that_doubles(tmp_path):
    said, clock = [], Clock()
    supervisor = Supervisor(said.append, clock)
    it = supervisor.start(child(tmp_path, "print('ran')"))
    for pause in (1.0, 2.0, 4.0):
        assert it.wait(10)
        supervisor.restart_ended()
        assert f"starts again in {pause:.0f} s" in said[-1]
        clock.now += pause - 0.1
        supervisor.restart_ended()
        assert it.exit_code == 0
        clock.now += 0.2
        supervisor.restart_ended()
    assert it.wait(10)
    assert (tmp_path / "child.log").read_text().count("ran") == 4


def test_all_who_do_not_listen_share_one_deadline(tmp_path, monkeypatch):
    monkeypatch.setattr(stack_supervisor, "STOP_WITHIN", 3600.0)
    # When stopping begins, when the first has nearly used up the time of all, and when it is over.
    times = iter([0.0, 3599.9])
    supervisor = Supervisor(print, lambda: next(times, 3600.0))
    stubborn = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(3600)"
    )
    children = [supervisor.start(child(tmp_path, stubborn, name)) for name in ("first", "second")]
    wait_until(lambda: all(one.log_tail() for one in children))
    supervisor.stop()
    assert [one.exit_code for one in children] == [-9, -9]


def test_what_all_others_use_is_stopped_after_them(tmp_path):
    tells = (
        "import pathlib, signal, sys\n"
        "def end(*_): print('after', *pathlib.Path(sys.argv[1]).glob('*.ended')); sys.exit()\n"
        "signal.signal(15, end); print('up', flush=True); signal.pause()"
    )
    ends = tells.replace("print('after'", "pathlib.Path(sys.argv[1], 'user.ended').touch(); print('after'")
    with supervised(print) as supervisor:
        children = []
        for name, script in (("base", tells), ("user", ends)):
            one = child(tmp_path, script, name)
            one.command.append(str(tmp_path))
            children.append(supervisor.start(one, stop_last=name == "base"))
        wait_until(lambda: all(one.log_tail() for one in children))
    assert "user.ended" in children[0].log_tail()


def test_a_child_that_did_not_start_is_quoted(tmp_path):
    supervisor = Supervisor(print)
    it = supervisor.start(child(tmp_path, "import sys; sys.exit('no such thing')"))
    assert it.wait(10)
    with pytest.raises(StackError, match=r"exit code 1(.|\n)*no such thing"):
        supervisor.require(it)


def test_nothing_to_stop_is_fine():
    with supervised(print):
        pass
