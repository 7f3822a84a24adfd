"""The heartbeat: a promise kept every few seconds. It tells the agent's state and brings wished settings."""

from __future__ import annotations

import contextlib
import platform
import shutil
import time
from typing import TYPE_CHECKING

from camera_agent import __version__, systemd
from camera_agent.clock import Clock, monotonic_ns
from camera_agent.errors import LinkDown
from camera_agent.frame import from_rfc3339, rfc3339
from camera_agent.link.pairing import PROTOCOL

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.home import Home, Json
    from camera_agent.link.client import Answer, Client
    from camera_agent.spool.store import Counts
    from camera_agent.status import Status

EVERY_S = 5.0
GRACE_S = 10.0
#: The shortest interval between captures that a server may ask for, in seconds.
SHORTEST_INTERVAL_S = 0.1


def message(
    status: Status, counts: Counts, clock: Clock, *, seq: int, folder: Path, uptime_s: float
) -> dict[str, Json]:
    """One heartbeat, as the protocol has it."""
    state, detail = status.state()
    last, disk = status.last_capture, shutil.disk_usage(folder)
    return {
        "protocol": PROTOCOL,
        "seq": seq,
        "sent_at": rfc3339(clock.now().wall_ns),
        "every_s": EVERY_S,
        "grace_s": GRACE_S,
        "driver": status.driver,
        "state": state,
        "state_detail": detail,
        "spool": {"pending": counts.pending, "bytes": counts.bytes, "refused": counts.refused},
        "last_capture": None
        if last is None
        else {"capture": last.capture, "sequence": last.sequence, "captured_at": rfc3339(last.taken.wall_ns)},
        "disk": {"free": disk.free, "total": disk.total},
        "boot": clock.boot,
        "uptime_s": round(uptime_s, 3),
        "versions": {"agent": __version__, "python": platform.python_version()},
        "config_revision": status.config_revision,
    }


def wished_interval(answer: Answer, status: Status) -> tuple[int, float] | None:
    """Revision and interval (seconds) of a newer configuration in an answer; None when there is none."""
    config = answer.body.get("config")
    if not isinstance(config, dict):
        return None
    revision, interval = config.get("revision"), config.get("interval_s")
    if not isinstance(revision, int) or revision <= status.config_revision:
        return None
    if not isinstance(interval, int | float) or interval < SHORTEST_INTERVAL_S:
        return None
    return revision, float(interval)


class Heart:
    """Beats until `stop` is set. `changed` hears of a newly wished interval (seconds).

    `alive` tells whether the other loops turn: only then does systemd's watchdog hear of the beat.
    """

    def __init__(
        self,
        client: Client,
        status: Status,
        clock: Clock,
        *,
        home: Home,
        counts: Callable[[], Counts],
        stop: threading.Event,
        changed: Callable[[float], None],
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client, self._status, self._clock = client, status, clock
        self._home, self._counts = home, counts
        self._stop, self._changed, self._alive = stop, changed, alive
        self._started = time.monotonic()
        self._seq = 0

    def run(self) -> None:
        """Beat, sleep, beat."""
        while True:
            started = time.monotonic()
            self.beat()
            if self._stop.wait(max(0.1, EVERY_S - (time.monotonic() - started))):
                break
        self._client.close()

    def beat(self) -> Answer | None:
        """Send one heartbeat and take what its answer brings; None when nobody answered."""
        self._seq += 1
        beat = message(
            self._status,
            self._counts(),
            self._clock,
            seq=self._seq,
            folder=self._home.folder,
            uptime_s=time.monotonic() - self._started,
        )
        with contextlib.suppress(OSError):  # on a full card the server still hears what the file can't say
            self._home.write(self._home.status_file, beat)
        # systemd restarts an agent whose loops stand still, network or not.
        if self._alive():
            systemd.notify(systemd.ALIVE)
        self._client.token = self._home.token()
        asked = monotonic_ns()
        try:
            answer = self._client.post("/heartbeat", beat)
        except LinkDown as error:
            self._status.trouble("link", str(error))
            return None
        self._status.well("link")
        if answer.status == 200:
            self._take(answer, asked)
        return answer

    def _take(self, answer: Answer, asked: int) -> None:
        with contextlib.suppress(ValueError):
            self._clock.learn(from_rfc3339(str(answer.body.get("server_time"))), asked, monotonic_ns())
        if wished := wished_interval(answer, self._status):
            self._status.config_revision, self._status.interval_s = wished
            self._changed(wished[1])
