from __future__ import annotations

import os

from tests.waiting import until

from eliot_progress import progress
from eliot_progress.pulse import Pulse


class Work:
    def __init__(self, fails=False):
        self.looks, self.fails = [], fails

    def pulse(self, now):
        self.looks.append(now)
        if self.fails:
            raise LookupError("odd")


def test_all_work_is_looked_at_until_it_is_forgotten():
    pulse, one, other = Pulse(0.001), Work(), Work()
    pulse.watch(one)
    pulse.watch(other)
    until(lambda: len(one.looks) > 3 and len(other.looks) > 3)
    pulse.forget(one)
    pulse.forget(one)
    seen = len(one.looks)
    until(lambda: len(other.looks) > 20)
    assert len(one.looks) <= seen + 1
    pulse.forget(other)


def test_work_whose_report_fails_silences_no_other_and_is_said_once(capsys):
    pulse, bad, good = Pulse(0.001), Work(fails=True), Work()
    pulse.watch(bad)
    pulse.watch(good)
    until(lambda: len(good.looks) > 5)
    pulse.forget(bad)
    pulse.forget(good)
    assert pulse.failed >= 5
    assert capsys.readouterr().err.count("a report failed (LookupError: odd)") == 1


def test_moved_work_is_reported_without_a_word_from_the_loop(log):
    with progress("Import", total=3) as work:
        work.advance(2)
        until(lambda: any(m.get("done") == 2 for m in log))


def test_a_forked_child_beats_for_its_own_work_alone():
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
