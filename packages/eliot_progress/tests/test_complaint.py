from __future__ import annotations

import subprocess
import sys

import pytest

#: Takes standard error away, as daemons do, in a process whose store, reports and log file fail at first.
DAEMON = """
import os, sys, time
from eliot_progress import install, progress
from eliot_progress.reporter import REPORTER
from eliot_progress.stores.memory import MemoryStore

class Shaky(MemoryStore):
    asked = 0
    def record(self, message):
        self.asked += 1
        if self.asked == 1:
            raise ConnectionError("no route")
        return super().record(message)

class Failing:
    asked = 0
    def report_due(self, now):
        self.asked += 1
        raise LookupError
    def settle(self):
        pass

{away}
store, failing = Shaky(), Failing()
installed = install(store=store, log_path=sys.argv[1])
REPORTER.add(failing)
with progress("Copy", total=3, about="app.Album:3", every=0.05) as work:
    work.advance(2)
    deadline = time.monotonic() + 20
    while failing.asked < 3 or (store.latest("app.Album:3") or work).done != 2 or store.asked < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
assert installed.flush()
print(store.latest("app.Album:3").outcome)
"""
AWAY = {
    "none": "sys.stderr = None",
    "closed": "sys.stderr.close()",
    "its file is closed": "os.close(2)",
}


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
def test_a_daemon_without_standard_error_goes_on_after_a_failure(away, tmp_path):
    command = [sys.executable, "-c", DAEMON.replace("{away}", away), str(tmp_path / "log.jsonl")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    assert done.stdout == "succeeded\n"


def test_a_complaint_says_whose_it_is(capsys):
    from eliot_progress.complaint import complain  # noqa: PLC0415 - beside its processes

    complain("The store is away.")
    assert capsys.readouterr().err == "eliot_progress: The store is away.\n"
