from __future__ import annotations

import os
import time
from collections import Counter
from itertools import pairwise

from tests.waiting import until

from eliot_progress import Liveness, install, judge, progress
from eliot_progress.reporter import REPORTER, Reporter
from eliot_progress.stores.memory import MemoryStore


class Work:
    def __init__(self, fails=False):
        self.looks, self.fails = [], fails

    def report_due(self, now):
        self.looks.append(now)
        if self.fails:
            raise LookupError("odd")


def test_all_work_is_sampled_until_it_is_removed():
    reporter, one, other = Reporter(0.001), Work(), Work()
    reporter.add(one)
    reporter.add(other)
    until(lambda: len(one.looks) > 3 and len(other.looks) > 3)
    reporter.remove(one)
    reporter.remove(one)
    seen = len(one.looks)
    until(lambda: len(other.looks) > 20)
    assert len(one.looks) <= seen + 1
    reporter.remove(other)


def test_a_failing_report_silences_no_other_work_and_is_written_once(capsys):
    reporter, bad, good = Reporter(0.001), Work(fails=True), Work()
    reporter.add(bad)
    reporter.add(good)
    until(lambda: len(good.looks) > 5)
    reporter.remove(bad)
    reporter.remove(good)
    assert reporter.failed >= 5
    assert capsys.readouterr().err.count("a report failed (LookupError: odd)") == 1


def test_work_that_moved_is_reported_without_a_call_from_the_loop(log):
    with progress("Import", total=3) as work:
        work.advance(2)
        until(lambda: any(m.get("done") == 2 for m in log))


def test_a_forked_child_reports_only_its_own_work():
    read, write = os.pipe()
    with progress("parent"):
        child = os.fork()
        if child == 0:
            found = []
            try:
                import eliot  # noqa: PLC0415 - in the child

                eliot.add_destinations(found.append)
                with progress("child") as work:
                    work.advance(5)
                    until(lambda: any(m.get("done") == 5 for m in found))
                os.write(write, b"|".join(sorted({m["of"].encode() for m in found if "of" in m})))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
    os.close(write)
    assert os.read(read, 100) == b"child"
    os.close(read)


def test_thousands_of_tasks_at_once_keep_their_promises_and_leave_nothing_behind():
    store = MemoryStore(4_000)
    installed = install(store=store)
    works = [progress(f"work:{n}", total=1, about=f"app.Work:{n}") for n in range(2_000)]
    for work in works:
        work.start()
    until(lambda: works[0]._seq > 1 and works[-1]._seq > 1, 100)  # each has spoken a second time
    assert installed.flush(100)
    ids = [work.id for work in works]
    assert Counter(judge(store.get(each), time.time()) for each in ids)[Liveness.STALLED] == 0
    for work in works:
        work.advance()
        work.finish()
    assert installed.flush(100)
    installed.remove()
    assert Counter((s.done, s.outcome) for s in map(store.get, ids)) == {(1, "succeeded"): 2_000}
    assert not {id(work) for work in works} & set(REPORTER._work)


def test_code_that_holds_the_gil_is_never_called_stalled(log):
    with progress("hog", every=0.05) as work:
        for _ in range(3):
            sum(range(5_000_000))
            until(lambda seen=work._seq: work._seq > seen, 60)
    reports = [m for m in log if m.get("of") == "hog"]
    for one, next_one in pairwise(reports):
        assert next_one["heartbeat_at"] <= one["next_by"] + one["grace_s"]


def test_a_slow_round_is_followed_by_a_long_pause_that_promises_include():
    class Slow(Work):
        def report_due(self, now):
            super().report_due(now)
            deadline = time.monotonic() + 0.05
            while time.monotonic() < deadline:
                pass

    reporter, slow = Reporter(0.001), Slow()
    reporter.add(slow)
    until(lambda: len(slow.looks) > 2)
    reporter.remove(slow)
    assert reporter.delay_s > 0.15
    assert slow.looks[2] - slow.looks[1] > 0.15
