from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from eliot_progress import Reducer, install, progress
from eliot_progress.django.management.commands.eliot_progress import PAUSE_S
from eliot_progress.logfile import MAX_DELAY_S, PROGRESS_INTERVAL_S
from eliot_progress.reporter import REPORTER
from eliot_progress.tracker import WAY_S


def test_labels_are_one_bounded_line_without_control_characters(log):
    with progress("a\nb\x1b[31m" + "x" * 10_000 + "\ud800", about="\u202eevil", unit="<b>"):
        pass
    (state,) = Reducer(log).states.values()
    assert state.description.startswith("a b [31mxxx")
    assert len(state.description) == 200
    assert (state.about, state.unit) == (" evil", "<b>")


def test_a_forked_child_neither_ends_its_parents_work_nor_repeats_its_ids(tmp_path):
    installed = install(log_path=tmp_path / "log")
    with progress("Import") as work:
        child = os.fork()
        if child == 0:
            try:
                work.action.log("child")
                with progress("Inside"):
                    pass
                work.finish()
                installed.flush()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        work.action.log("parent")
    installed.remove()
    messages = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    levels = [tuple(m["task_level"]) for m in messages]
    assert len(levels) == len(set(levels))
    said = [m.get("message_type") for m in messages]
    assert [word for word in said if word in {"child", "parent"}] == ["child", "parent"]
    ends = [(len(m["task_level"]), m["action_status"]) for m in messages if m.get("action_type") == "Import"]
    assert ends == [(1, "started"), (2, "started"), (2, "succeeded"), (1, "succeeded")]
    assert Reducer(messages).get(work.id).outcome == "succeeded"


def test_a_promise_includes_the_way_through_a_log_file_and_its_reader():
    sampled, beside = REPORTER.interval_s, 1.0  # a machine that does other things, too
    assert PROGRESS_INTERVAL_S + sampled + MAX_DELAY_S + PAUSE_S + beside < WAY_S


@pytest.mark.parametrize(("every", "stalled_after_s"), [(0.05, 5.05), (1, 6), (5, 20)])
def test_the_way_makes_no_dead_worker_stalled_later(log, every, stalled_after_s):
    with progress("Import", every=every) as work:
        state = Reducer(log).get(work.id)
    assert state.next_by - state.heartbeat_at == pytest.approx(every + WAY_S)
    assert state.next_by + state.grace_s - state.heartbeat_at == pytest.approx(stalled_after_s)


def test_work_whose_reports_nothing_receives_is_warned_of_once_in_a_process():
    code = """if 1:
        from eliot_progress import install, progress
        for _ in progress([1, 2], "first"):
            pass
        for _ in progress([1, 2], "second"):
            pass
    """
    without = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert without.stderr.count("nothing receives it. Call eliot_progress.install(...)") == 1
    with_install = code.replace("for", "install(log_path='/dev/null')\n        for", 1)
    assert subprocess.run([sys.executable, "-c", with_install], capture_output=True, check=True).stderr == b""


def test_an_error_passes_through_and_is_the_reason(log):
    with pytest.raises(LookupError), progress("Import") as work:
        raise LookupError("no file\x00 here")
    state = Reducer(log).get(work.id)
    assert (state.outcome, state.reason) == ("failed", "no file  here")


def test_an_exception_that_says_so_is_a_cancellation(log):
    class StopAskedError(Exception):
        is_cancellation = True

    with pytest.raises(StopAskedError), progress("Import") as work:
        raise StopAskedError
    assert Reducer(log).get(work.id).outcome == "cancelled"
