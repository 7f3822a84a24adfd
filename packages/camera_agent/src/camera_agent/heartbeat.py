"""The heartbeat: a promise kept every few seconds. It tells the agent's state and hears what is wished."""

from __future__ import annotations

import contextlib
import platform
import shutil
import threading
import time
from typing import TYPE_CHECKING, Protocol

from camera_agent import __version__, systemd
from camera_agent.clock import EARLIEST_NS, LATEST_NS, Clock, monotonic_ns
from camera_agent.errors import AgentError, LinkDown
from camera_agent.frame import from_rfc3339, rfc3339
from camera_agent.link.pairing import PROTOCOL
from camera_agent.spool.counts import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from camera_agent.home import Home, Json
    from camera_agent.link.client import Answer, Client
    from camera_agent.status import Status

EVERY_S = 5.0
GRACE_S = 10.0
#: However much there is to tell, a beat comes so many seconds after the one before.
LEAST_S = 0.2
#: What an agent does about a server that does not understand its heartbeats.
OTHER_VERSION = "Is it of another version? Update the older of the two: pip install -U camera-agent."


class Reporting(Protocol):
    """Who knows more than the loops' status, and hears the answers."""

    def tidy(self) -> None:
        """Do what is to be done now and then."""
        ...

    def facts(self) -> Mapping[str, Json]:
        """More keys of a heartbeat."""
        ...

    def heard(self, answer: Mapping[str, Json]) -> bool:
        """An answer to a heartbeat; True when there is something to tell the server at once."""
        ...


def message(
    status: Status, counts: Counts, clock: Clock, *, seq: int, folder: Path, uptime_s: float
) -> dict[str, Json]:
    """One heartbeat, as the protocol has it at least."""
    state, detail = status.state()
    last, disk, now = status.last_capture, shutil.disk_usage(folder), clock.now()
    return {
        "protocol": PROTOCOL,
        "seq": seq,
        "sent_at": rfc3339(now.wall_ns),
        "every_s": EVERY_S,
        "grace_s": GRACE_S,
        "driver": status.driver,
        "state": state,
        "state_detail": detail,
        "spool": {
            "pending": counts.pending,
            "bytes": counts.bytes,
            "refused": counts.refused,
            "dropped": counts.dropped,
            "exported": counts.exported,
            "records": counts.records,
            "oldest_at": None if counts.oldest_ns is None else rfc3339(counts.oldest_ns),
        },
        "last_capture": None
        if last is None
        else {"capture": last.capture, "sequence": last.sequence, "captured_at": rfc3339(last.taken.wall_ns)},
        "disk": {"free": disk.free, "total": disk.total},
        "clock": {"quality": now.quality.value},
        "boot": clock.boot,
        "uptime_s": round(uptime_s, 3),
        "versions": {"agent": __version__, "python": platform.python_version()},
        "config_revision": status.config_revision,
    }


class Heart:
    """Beats until `stop` is set and `wake` was called; `wake` alone brings the next beat forward.

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
        reporting: Reporting,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client, self._status, self._clock = client, status, clock
        self._home, self._counts, self._reporting = home, counts, reporting
        self._stop, self._alive = stop, alive
        self._started = time.monotonic()
        self._seq, self._counted = 0, Counts(pending=0, bytes=0, refused=0)
        self._due = threading.Event()

    def run(self) -> None:
        """Beat, sleep, beat."""
        while not self._stop.is_set():
            started = time.monotonic()
            self._due.clear()
            self.beat()
            if not self._stop.wait(LEAST_S):
                self._due.wait(max(0.0, EVERY_S - (time.monotonic() - started)))
        self._client.close()

    def wake(self) -> None:
        """There is something to tell, or it is time to stop."""
        self._due.set()

    def beat(self) -> Answer | None:
        """Send one heartbeat and take what its answer brings; None when nobody answered."""
        # systemd restarts an agent whose loops stand still, network or not.
        if self._alive():
            systemd.notify(systemd.ALIVE)
        beat = self._message()
        self._client.token = self._home.token()
        asked = monotonic_ns()
        try:
            answer = self._client.post("/heartbeat", beat)
        except LinkDown as error:
            self._status.trouble("link", str(error))
            return None
        self._status.well("link")
        self._take(answer, asked)
        return answer

    def _message(self) -> dict[str, Json]:
        self._seq += 1
        more: Mapping[str, Json] = {}
        try:
            self._reporting.tidy()
            more = self._reporting.facts()
            self._counted = self._counts()
            self._status.well("card")
        except (AgentError, OSError) as error:
            # On a card that is full or worn out the server still hears what is wrong.
            self._status.trouble("card", f"The card can't be used: {error}")
        uptime_s = time.monotonic() - self._started
        beat = message(
            self._status,
            self._counted,
            self._clock,
            seq=self._seq,
            folder=self._home.folder,
            uptime_s=uptime_s,
        )
        beat |= more
        with contextlib.suppress(OSError):
            self._home.write(self._home.status_file, beat, durable=False)
        return beat

    def _take(self, answer: Answer, asked: int) -> None:
        if answer.status in (400, 404, 405, 422):
            said = f"The server does not understand heartbeats: {answer.error[1]} {OTHER_VERSION}"
            self._status.trouble("server", said)
        if answer.status != 200:
            return
        self._status.well("server")
        with contextlib.suppress(ValueError, OverflowError):
            told = from_rfc3339(str(answer.body.get("server_time")))
            if EARLIEST_NS <= told < LATEST_NS:
                self._clock.learn(told, asked, monotonic_ns())
        try:
            if self._reporting.heard(answer.body):
                self.wake()
        except (AgentError, OSError) as error:
            self._status.trouble("card", f"The card can't be used: {error}")
