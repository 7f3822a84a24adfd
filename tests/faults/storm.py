"""One storm: ``python -m tests.faults.storm --seed 1 [--frames 170] [--postgresql] [--keep DIR]``.

The real agent films against the real app while everything goes wrong at random; then the weather clears, the
spool drains, and the judge speaks. The last line is one JSON object; the exit code is 1 if it found anything.
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

from .camera import read_ledger  # noqa: E402
from .database import Postgresql, Sqlite  # noqa: E402
from .planted import blind_spots  # noqa: E402
from .processes import Victim, wait_for  # noqa: E402
from .verdict import Evidence, judge  # noqa: E402
from .witness import Witness, store  # noqa: E402
from .world import RIGHT, World, boot_ns  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = "86400"
#: The share of exchanges that go wrong while it storms.
SHARE = 0.3
#: Seconds after which the next fault comes, whether or not the agent got anything done.
LULL_S = 4.0


class Storm:
    """Throws faults at a world until its film is full."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.luck = random.Random(world.seed)
        self.done: Counter[str] = Counter()
        self.trouble: list[str] = []
        self.excused: set[int] = set()
        #: Processes that saw a full disk.
        self._starved: set[int] = set()
        self.witness = Witness(world.home / "spool" / "index.sqlite3")
        self._kinds: dict[str, Callable[[], None]] = {
            "agent killed": lambda: self._killed(self.world.agent),
            "web server killed": lambda: self._killed(self.world.web),
            "worker killed": lambda: self._killed(self.world.worker),
            "Valkey killed": lambda: self._killed(self.world.valkey),
            "agent stopped": lambda: self._stopped(self.world.agent),
            "web server stopped": lambda: self._stopped(self.world.web),
            "network down": self._network_down,
            "token revoked": self._revoked,
        }
        if world.agent_disk.mounted:
            self._kinds |= {
                "agent's disk full": self._agent_disk_full,
                "server's disk full": self._server_disk_full,
            }
        if world.clock_moves:
            self._kinds |= {
                "clock a day ahead": lambda: self._clock(f"+{DAY}"),
                "clock a day behind": lambda: self._clock(f"-{DAY}"),
            }
        if world.database.restartable:
            self._kinds["database restarted"] = world.database.restart

    def rage(self) -> None:
        """Each kind once, in some order, then any, until the last picture is taken."""
        self.world.proxy.weather.share = SHARE
        kinds = self.luck.sample(list(self._kinds), len(self._kinds))
        while kinds or not self._film_is_over() or self._backlog() > self.world.frames // 4:
            kind = kinds.pop() if kinds else self.luck.choice(self._cheap())
            self.done[kind] += 1
            self._kinds[kind]()
            self._tend()
            self._let_it_work()
            self._look()

    def clear_up(self) -> None:
        """End all faults, and wait until the spool is empty."""
        self.world.clock.write_text(RIGHT)
        self.world.proxy.weather.share = 0.0
        self._tend()
        self._end_agent()
        self.world.agent.start()
        wait_for(lambda: self.witness.pending() == 0, "the spool to drain", 120)
        self._end_agent()
        self.witness.look()

    def verdict(self) -> list[str]:
        """Everything that was violated."""
        kept, files = store(self.world)
        evidence = Evidence(
            taken=read_ledger(self.world.ledger),
            promised=list(self.witness.promised.values()),
            kept=kept,
            excused=self.excused,
            boot_ns=boot_ns(),
            files=files,
        )
        return [*self.trouble, *self.witness.unhappy.values(), *judge(evidence)]

    def _cheap(self) -> list[str]:
        """What may come again and again: starting Django anew takes seconds in which nothing else happens."""
        dear = ("token revoked", "web server killed", "worker killed", "Valkey killed")
        return [kind for kind in self._kinds if kind not in dear]

    def _film_is_over(self) -> bool:
        return len(read_ledger(self.world.ledger)) >= self.world.frames

    def _backlog(self) -> int:
        try:
            return self.witness.pending()
        except sqlite3.Error:
            return self.world.frames

    def _let_it_work(self) -> None:
        """Faults upon faults would only find an agent that waits: some exchanges come in between."""
        proxy, deadline = self.world.proxy, time.monotonic() + LULL_S
        wanted = proxy.done.total() + self.luck.randint(3, 12)
        while proxy.done.total() < wanted and time.monotonic() < deadline:
            time.sleep(0.02)

    def _pause(self, at_least: float, at_most: float) -> None:
        time.sleep(self.luck.uniform(at_least, at_most))

    def _look(self) -> None:
        try:
            self.witness.look()
        except sqlite3.Error as error:
            self.done[f"index not readable: {error}"] += 1

    def _tend(self) -> None:
        """What systemd does: start again whatever has ended. That it ended by itself is held against it."""
        for victim in (self.world.valkey, self.world.web, self.world.worker, self.world.agent):
            if victim.ended_by_itself():
                if self._for_want_of_disk(victim):
                    self.done[f"{victim.name} ended for want of disk"] += 1
                else:
                    words = victim.child.log_tail(30)
                    self.trouble.append(f"{victim.name} ended by itself ({victim.child.exit_code}): {words}")
                victim.deaths.append(victim.pid)
                victim.start()

    def _for_want_of_disk(self, victim: Victim) -> bool:
        """Whether it may end by itself, for the next to take its place.

        Celery's worker ends when Valkey refuses what it writes. An agent that films goes on when its card is
        full; one that has only begun can't use its index, says so, and is started again until it can.
        """
        if victim.pid not in self._starved:
            return False
        return victim is self.world.worker or "Filming every" not in victim.said()

    def _killed(self, victim: Victim) -> None:
        victim.kill()
        if victim is self.world.agent:
            self._excuse_last(victim.pid)
        self._pause(0, 1)
        victim.start()

    def _excuse_last(self, agent: int) -> None:
        """What a killed agent's camera handed over last may not have been promised yet."""
        self.excused |= {t.number for t in read_ledger(self.world.ledger) if t.agent == agent} and {
            max(t.number for t in read_ledger(self.world.ledger) if t.agent == agent)
        }

    def _stopped(self, victim: Victim) -> None:
        with victim.stopped():
            self._pause(0.2, 2)

    def _network_down(self) -> None:
        self.world.proxy.weather.up = False
        self._pause(0.3, 1.5)
        self.world.proxy.weather.up = True

    def _agent_disk_full(self) -> None:
        before = len(read_ledger(self.world.ledger))
        self._starved.add(self.world.agent.pid)
        with self.world.agent_disk.filled():
            self._pause(0.3, 1.5)
        after = len(read_ledger(self.world.ledger))
        self.excused |= set(range(max(before - 1, 0), after + 1))

    def _server_disk_full(self) -> None:
        self._starved.add(self.world.worker.pid)
        with self.world.server_disk.filled():
            self._pause(0.3, 1.5)
        # The server has asked the agent to come back in a minute; one that starts anew doesn't know of that.
        self._killed(self.world.agent)

    def _clock(self, offset: str) -> None:
        self.world.clock.write_text(offset)
        self._pause(0.3, 1.5)
        self.world.clock.write_text(RIGHT)

    def _revoked(self) -> None:
        self.world.revoke()
        self._pause(0, 1)
        self.world.pair()

    def _end_agent(self) -> None:
        # One that has only just begun does not catch the signal yet: it simply ends, as it may.
        if (code := self.world.agent.terminate()) not in (0, -signal.SIGTERM):
            self.trouble.append(
                f"agent: exit code {code} after SIGTERM: {self.world.agent.child.log_tail(20)}"
            )
        self.world.agent.deaths.append(self.world.agent.pid)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--frames", type=int, default=170)
    parser.add_argument("--interval", type=float, default=0.1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--keep", type=Path, help="leave everything there")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="storm-", ignore_cleanup_errors=True) as temporary:
        folder = options.keep or Path(temporary)
        database = Postgresql() if options.postgresql else Sqlite()
        how = {"seed": options.seed, "frames": options.frames, "interval_s": options.interval}
        with World(folder.resolve(), database=database, **how) as world:
            storm = Storm(world)
            storm.rage()
            storm.clear_up()
            violations = storm.verdict() or blind_spots(world, storm.verdict)
            figures = {
                "captures": len(read_ledger(world.ledger)),
                "promised": len(storm.witness.promised),
                "faults": dict(storm.done + world.proxy.done),
                "seconds": round(time.monotonic() - started, 1),
            }
    print(json.dumps({"seed": options.seed, "violations": violations, **figures}))  # noqa: T201
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
