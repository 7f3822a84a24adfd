"""Injects faults: ``python -m tests.faults.injection --seed 1 [--frames 170] [--postgresql] [--keep DIR]``.

The real agent captures for the real app while faults are injected at random. Then the faults end, the spool
drains, and the checker compares. The last line is a JSON object; the exit code is 1 if there are violations.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sqlite3
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

warnings.simplefilter("ignore")  # platformdirs warns where a machine has no XDG_RUNTIME_DIR

from tests.waiting import wait_until  # noqa: E402

from .camera import read_ledger  # noqa: E402
from .checker import FaultRecord, check  # noqa: E402
from .database import Postgresql, Sqlite  # noqa: E402
from .mutations import undetected_mutations  # noqa: E402
from .recorder import Recorder, stored_frames  # noqa: E402
from .system import NO_OFFSET, SystemUnderTest, boot_ns  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from .processes import ManagedProcess

DAY = "86400"
#: Share of exchanges that fail while faults are injected.
ERROR_RATE = 0.3
#: Maximum seconds between two faults, even if the agent made no progress.
MAX_FAULT_INTERVAL_S = 4.0


class FaultInjector:
    """Injects faults into a system until its camera has captured all pictures."""

    def __init__(self, system: SystemUnderTest) -> None:
        self.system = system
        self.random = random.Random(system.seed)
        self.counts: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.exempt: set[int] = set()
        #: Processes that saw a full disk.
        self._saw_full_disk: set[int] = set()
        self.recorder = Recorder(system.home / "spool" / "index.sqlite3")
        self._kinds: dict[str, Callable[[], None]] = {
            "agent killed": lambda: self._kill(self.system.agent),
            "web server killed": lambda: self._kill(self.system.web),
            "worker killed": lambda: self._kill(self.system.worker),
            "Valkey killed": lambda: self._kill(self.system.valkey),
            "agent stopped": lambda: self._stop_and_continue(self.system.agent),
            "web server stopped": lambda: self._stop_and_continue(self.system.web),
            "network down": self._network_down,
            "token revoked": self._revoke_and_pair,
        }
        if system.agent_disk.mounted:
            self._kinds |= {
                "agent's disk full": self._agent_disk_full,
                "server's disk full": self._server_disk_full,
            }
        if system.clock_can_change:
            self._kinds |= {
                "clock a day ahead": lambda: self._clock(f"+{DAY}"),
                "clock a day behind": lambda: self._clock(f"-{DAY}"),
            }
        if system.database.restartable:
            self._kinds["database restarted"] = system.database.restart

    def inject_all(self) -> None:
        """Inject each kind once in random order, then random ones, until all pictures are captured."""
        self.system.proxy.network.error_rate = ERROR_RATE
        kinds = self.random.sample(list(self._kinds), len(self._kinds))
        while kinds or not self._all_captured() or self._backlog() > self.system.frames // 4:
            kind = kinds.pop() if kinds else self.random.choice(self._repeatable())
            self.counts[kind] += 1
            self._kinds[kind]()
            self._restart_exited()
            self._wait_for_exchanges()
            self._record()

    def recover(self) -> None:
        """End all faults and wait until the spool is empty."""
        self.system.clock.write_text(NO_OFFSET)
        self.system.proxy.network.error_rate = 0.0
        self._restart_exited()
        self._terminate_agent()
        self.system.agent.start()
        wait_until(lambda: self.recorder.pending() == 0, "the spool to drain", 120)
        self._terminate_agent()
        self.recorder.record()

    def check(self) -> list[str]:
        """Return all violations."""
        stored, files = stored_frames(self.system)
        record = FaultRecord(
            captured=read_ledger(self.system.ledger),
            promised=list(self.recorder.promised.values()),
            stored=stored,
            exempt=self.exempt,
            boot_ns=boot_ns(),
            files=files,
        )
        return [*self.unexpected, *self.recorder.rejected.values(), *check(record)]

    def _repeatable(self) -> list[str]:
        """Return the kinds that are injected repeatedly. The others restart Django, which takes seconds."""
        expensive = ("token revoked", "web server killed", "worker killed", "Valkey killed")
        return [kind for kind in self._kinds if kind not in expensive]

    def _all_captured(self) -> bool:
        return len(read_ledger(self.system.ledger)) >= self.system.frames

    def _backlog(self) -> int:
        try:
            return self.recorder.pending()
        except sqlite3.Error:
            return self.system.frames

    def _wait_for_exchanges(self) -> None:
        """Let some exchanges happen between two faults, or the agent would do nothing but wait."""
        proxy, deadline = self.system.proxy, time.monotonic() + MAX_FAULT_INTERVAL_S
        wanted = proxy.counts.total() + self.random.randint(3, 12)
        while proxy.counts.total() < wanted and time.monotonic() < deadline:
            time.sleep(0.02)

    def _sleep_randomly(self, at_least: float, at_most: float) -> None:
        time.sleep(self.random.uniform(at_least, at_most))

    def _record(self) -> None:
        try:
            self.recorder.record()
        except sqlite3.Error as error:
            self.counts[f"index not readable: {error}"] += 1

    def _restart_exited(self) -> None:
        """Restart what has exited, as systemd does. An exit that was not injected is a violation."""
        for process in (self.system.valkey, self.system.web, self.system.worker, self.system.agent):
            if process.exited_unexpectedly():
                if self._may_exit(process):
                    self.counts[f"{process.name} exited because of a full disk"] += 1
                else:
                    log = process.child.log_tail(30)
                    self.unexpected.append(
                        f"{process.name} exited by itself ({process.child.exit_code}): {log}"
                    )
                process.expected_exits.append(process.pid)
                process.start()

    def _may_exit(self, process: ManagedProcess) -> bool:
        """Whether the process may exit by itself because it saw a full disk.

        Celery's worker exits when Valkey refuses its writes. A capturing agent continues when its card is
        full; one that has just started can't use its index, reports that, and is restarted until it can.
        """
        if process.pid not in self._saw_full_disk:
            return False
        return process is self.system.worker or "Capturing every" not in process.output()

    def _kill(self, process: ManagedProcess) -> None:
        process.kill()
        if process is self.system.agent:
            self._exempt_last(process.pid)
        self._sleep_randomly(0, 1)
        process.start()

    def _exempt_last(self, agent: int) -> None:
        """Exempt the last capture of a killed agent, which may not have been promised yet."""
        self.exempt |= {t.number for t in read_ledger(self.system.ledger) if t.agent == agent} and {
            max(t.number for t in read_ledger(self.system.ledger) if t.agent == agent)
        }

    def _stop_and_continue(self, process: ManagedProcess) -> None:
        with process.stopped():
            self._sleep_randomly(0.2, 2)

    def _network_down(self) -> None:
        self.system.proxy.network.up = False
        self._sleep_randomly(0.3, 1.5)
        self.system.proxy.network.up = True

    def _agent_disk_full(self) -> None:
        before = len(read_ledger(self.system.ledger))
        self._saw_full_disk.add(self.system.agent.pid)
        with self.system.agent_disk.filled():
            self._sleep_randomly(0.3, 1.5)
        after = len(read_ledger(self.system.ledger))
        self.exempt |= set(range(max(before - 1, 0), after + 1))

    def _server_disk_full(self) -> None:
        self._saw_full_disk.add(self.system.worker.pid)
        with self.system.server_disk.filled():
            self._sleep_randomly(0.3, 1.5)
        # The server has asked the agent to retry in a minute; a restarted agent retries at once.
        self._kill(self.system.agent)

    def _clock(self, offset: str) -> None:
        self.system.clock.write_text(offset)
        self._sleep_randomly(0.3, 1.5)
        self.system.clock.write_text(NO_OFFSET)

    def _revoke_and_pair(self) -> None:
        self.system.revoke()
        self._sleep_randomly(0, 1)
        self.system.pair()

    def _terminate_agent(self) -> None:
        # An agent that has just started does not handle the signal yet and may exit by it.
        if (code := self.system.agent.terminate()) not in (0, -signal.SIGTERM):
            self.unexpected.append(
                f"agent: exit code {code} after SIGTERM: {self.system.agent.child.log_tail(20)}"
            )
        self.system.agent.expected_exits.append(self.system.agent.pid)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--frames", type=int, default=170)
    parser.add_argument("--interval", type=float, default=0.1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--keep", type=Path, help="keep all files in this folder")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as temporary:
        folder = options.keep or Path(temporary)
        database = Postgresql() if options.postgresql else Sqlite()
        parameters = {"seed": options.seed, "frames": options.frames, "interval_s": options.interval}
        with SystemUnderTest(folder.resolve(), database=database, **parameters) as system:
            injector = FaultInjector(system)
            injector.inject_all()
            injector.recover()
            violations = injector.check() or undetected_mutations(system, injector.check)
            figures = {
                "captures": len(read_ledger(system.ledger)),
                "promised": len(injector.recorder.promised),
                "faults": dict(injector.counts + system.proxy.counts),
                "seconds": round(time.monotonic() - started, 1),
            }
    print(json.dumps({"seed": options.seed, "violations": violations, **figures}))  # noqa: T201
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
