"""The heartbeat: every few seconds it reports the agent's state and receives configuration and commands."""

from __future__ import annotations

import contextlib
import platform
import shutil
import time
from typing import TYPE_CHECKING, Protocol

from camera_agent import __version__
from camera_agent.captures import from_rfc3339, moment_of
from camera_agent.errors import AgentError, LinkDown
from camera_agent.host import systemd
from camera_agent.host.clock import EARLIEST_NS, LATEST_NS, Clock, monotonic_ns
from camera_agent.protocol import messages
from camera_agent.protocol.messages import to_message
from camera_agent.spool.counts import SpoolCounts

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from camera_agent.home import Home, Json
    from camera_agent.remote.client import Client
    from camera_agent.remote.response import Response
    from camera_agent.status import Status

INTERVAL_S = 5.0
GRACE_S = 10.0
#: The least seconds between two heartbeats, however much there is to report.
MIN_INTERVAL_S = 0.2
#: The remedy for a server that does not understand heartbeats.
OTHER_VERSION = "Is it of another version? Update the older of the two: pip install -U camera-agent."


class Collector(Protocol):
    """Provides the optional part of a heartbeat and handles the server's response."""

    def maintain(self) -> None:
        """Do periodic work before a heartbeat."""
        ...

    def collect(self, heartbeat: messages.Heartbeat) -> messages.Heartbeat:
        """Return a heartbeat with the optional part."""
        ...

    def handle_response(self, response: Mapping[str, Json]) -> bool:
        """Handle the response; True when another heartbeat is to be sent at once."""
        ...


def message(
    status: Status, counts: SpoolCounts, clock: Clock, *, seq: int, folder: Path, uptime_s: float
) -> messages.Heartbeat:
    """Return a heartbeat with what the protocol requires."""
    state, detail = status.state()
    last, disk, now = status.last_capture, shutil.disk_usage(folder), clock.now()
    return messages.Heartbeat(
        seq=seq,
        sent_at=moment_of(now.wall_ns),
        every_s=INTERVAL_S,
        grace_s=GRACE_S,
        driver=status.driver,
        state=state,
        state_detail=detail,
        spool=messages.Spool(
            pending=counts.pending,
            bytes=counts.bytes,
            refused=counts.refused,
            dropped=counts.dropped,
            exported=counts.exported,
            records=counts.records,
            oldest_at=None if counts.oldest_ns is None else moment_of(counts.oldest_ns),
        ),
        last_capture=None
        if last is None
        else messages.LastCapture(
            capture=last.capture, sequence=last.sequence, captured_at=moment_of(last.captured_at.wall_ns)
        ),
        disk=messages.Disk(free=disk.free, total=disk.total),
        clock=messages.ClockState(quality=now.quality.value),
        boot=clock.boot,
        uptime_s=round(uptime_s, 3),
        versions={"agent": __version__, "python": platform.python_version()},
        config_revision=status.config_revision,
    )


class Heartbeat:
    """Sends heartbeats until `stop` is set; setting `due` sends the next one, or notices the stop, at once.

    Without a client (there is no server yet) it keeps the state in its file up to date, and sends nothing.
    systemd's watchdog is notified while `is_alive` returns True, that is while the other loops turn.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        client: Client | None,
        status: Status,
        clock: Clock,
        *,
        home: Home,
        counts: Callable[[], SpoolCounts],
        stop: threading.Event,
        due: threading.Event,
        collector: Collector,
        is_alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client, self._status, self._clock = client, status, clock
        self._home, self._counts, self._collector = home, counts, collector
        self._stop, self._is_alive = stop, is_alive
        self._started = time.monotonic()
        self._seq, self._counted = 0, SpoolCounts(pending=0, bytes=0, refused=0)
        self._due = due

    def run(self) -> None:
        """Send heartbeats, one every `INTERVAL_S` seconds."""
        while not self._stop.is_set():
            started = time.monotonic()
            self._due.clear()
            self.send()
            if not self._stop.wait(MIN_INTERVAL_S):
                self._due.wait(max(0.0, INTERVAL_S - (time.monotonic() - started)))
        if self._client is not None:
            self._client.close()

    def send(self) -> Response | None:
        """Send one heartbeat and handle its response; None when the server can't be reached.

        Nothing is sent to a server that this camera is not paired with.
        """
        # systemd restarts an agent whose loops have stalled, with or without a network.
        if self._is_alive():
            systemd.notify(systemd.ALIVE)
        content, client = self._message(), self._client
        if client is None:
            return None
        client.token = self._home.token_for(client.server)
        if client.token is None:
            self._status.set_problem("pairing", self._home.why_unpaired(client.server))
            return None
        self._status.clear_problem("pairing")
        sent_at = monotonic_ns()
        try:
            response = client.post("/heartbeat", content)
        except LinkDown as error:
            self._status.set_problem("link", str(error))
            return None
        self._handle(response, sent_at)
        return response

    def _message(self) -> dict[str, Json]:
        self._seq += 1
        try:
            self._collector.maintain()
            self._counted = self._counts()
            self._status.clear_problem("card")
            content = to_message(self._collector.collect(self._least()))
        except (AgentError, OSError) as error:
            # With a card that is full or worn out the server still receives a heartbeat.
            self._status.set_problem("card", f"The card can't be used: {error}")
            content = to_message(self._least())
        with contextlib.suppress(OSError):
            self._home.write(self._home.status_file, content, durable=False)
        return content

    def _least(self) -> messages.Heartbeat:
        return message(
            self._status,
            self._counted,
            self._clock,
            seq=self._seq,
            folder=self._home.folder,
            uptime_s=time.monotonic() - self._started,
        )

    def _handle(self, response: Response, sent_at: int) -> None:
        if not response.is_from_app:
            # A proxy, or the login page of a network. It says nothing about the server.
            self._status.set_problem("link", response.error[1])
            return
        self._status.clear_problem("link")
        if response.status in (400, 404, 405, 422):
            problem = f"The server does not understand heartbeats: {response.error[1]} {OTHER_VERSION}"
            self._status.set_problem("server", problem)
        if response.status != 200:
            return
        self._status.answered_at = time.monotonic()
        self._status.clear_problem("server")
        with contextlib.suppress(ValueError, OverflowError):
            server_time = from_rfc3339(str(response.body.get("server_time")))
            if EARLIEST_NS <= server_time < LATEST_NS:
                self._clock.learn(server_time, sent_at, monotonic_ns())
        try:
            if self._collector.handle_response(response.body):
                self._due.set()
        except (AgentError, OSError) as error:
            self._status.set_problem("card", f"The card can't be used: {error}")
