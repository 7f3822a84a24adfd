"""The agent: the only place that joins driver, schedule, spool, sender and heartbeat."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import eliot

from camera_agent import systemd
from camera_agent.clock import Clock
from camera_agent.deliveries import Deliveries, Refusal, Say
from camera_agent.drivers import registry
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, NotDelivered
from camera_agent.filming import Filming, Plan
from camera_agent.link.client import Client
from camera_agent.link.sender import Sender
from camera_agent.replaying import Replaying
from camera_agent.running import Threads, stopped_by_signals
from camera_agent.shooting import Listeners
from camera_agent.spool.store import Spool
from camera_agent.status import Status
from camera_agent.telemetry import Heart
from eliot_progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camera_agent.config import Config
    from camera_agent.drivers.base import Description
    from camera_agent.frame import Capture
    from camera_agent.home import Home


#: A heartbeat that hears nothing for so long is over: the next one is due, and systemd's watchdog waits.
BEAT_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a replay came to."""

    delivered: int
    refused: tuple[Refusal, ...]


class Agent:
    """One agent in one folder. `say` gets one sentence for people now and then."""

    def __init__(self, home: Home, config: Config, *, say: Say) -> None:
        self._home, self._config, self._say = home, config, say
        registry.check(config.driver)
        server = config.server or str(home.read(home.identity_file).get("server", ""))
        if not server:
            raise BadInput(
                "No server is known.", "Pair first: camera-agent pair URL, or give one with --server."
            )
        self._uploads = Client(server, token=home.token())
        self._beats = Client(server, timeout_s=BEAT_TIMEOUT_S)
        self._clock = Clock()
        self._threads = Threads()
        self._status = Status(driver=config.driver, interval_s=config.interval_s)
        self._driver = DriverProcess(
            config.driver, config.options, capture_deadline_s=config.capture_deadline_s
        )
        self._spool = Spool(home.spool)

    def film(self) -> None:
        """Film and deliver until SIGTERM or SIGINT."""
        with self._alone(), progress("camera:film", unit="capture", every=5.0) as filmed:
            self._spool.forget()
            filming = Filming(
                self._driver,
                self._spool,
                self._clock,
                self._status,
                stop=self._threads.stop,
                plan=self._plan(),
                listeners=Listeners(taken=lambda _capture: filmed.advance(), failed=self._failed),
            )
            with stopped_by_signals(self._threads.request_stop):
                self._start_link(
                    Deliveries(self._status, say=self._say), changed=filming.reschedule, alive=filming.alive
                )
                self._threads.start("filming", filming.run, essential=True)
                every, server = f"{self._config.interval_s:g} s", self._uploads.server
                self._say(f"Filming every {every}; delivering to {server}.")
                systemd.notify(systemd.READY)
                self._threads.wait()
                filming.wake()
                self._end()

    def replay(self) -> Summary:
        """Replay the source once and deliver all. NotDelivered when stopped, or the server won't have it."""
        deliveries = Deliveries(self._status, say=self._say, stuck=self._threads.request_stop)
        with self._alone():
            description = self._driver.open()
            if not description.finite:
                raise BadInput(
                    f"The driver {self._config.driver!r} has no end, so it can't run just once.",
                    "Leave --once out, or use --driver replay --source PATH.",
                )
            for one in description.left_out:
                deliveries.refuse(Refusal(name=one.name, code=one.code, message=one.message))
            with stopped_by_signals(self._threads.request_stop):
                if not self._replay(description, deliveries):
                    raise self._not_delivered(deliveries)
        return Summary(delivered=deliveries.delivered, refused=tuple(deliveries.refused))

    def _replay(self, description: Description, deliveries: Deliveries) -> bool:
        total, complete = description.total, False
        with (
            progress("camera:replay", total=total, unit="picture", description="Reading pictures") as read,
            progress("camera:upload", total=total, unit="picture", description="Sending pictures") as sent,
        ):
            deliveries.progress = sent

            def taken(capture: Capture | None) -> None:
                read.advance()
                if capture is None:
                    deliveries.advance()
                else:
                    self._status.last_capture = capture

            replaying = Replaying(
                self._driver,
                self._spool,
                self._clock,
                source=str(self._config.options.get("source", "")),
                stop=self._threads.stop,
                taken=taken,
            )

            def work() -> None:
                nonlocal complete
                complete = replaying.run()

            self._status.working = True
            self._start_link(deliveries, changed=lambda _interval: None)
            self._threads.start("replay", work, essential=True)
            self._threads.wait()
            self._end()
        return complete

    def _start_link(
        self,
        deliveries: Deliveries,
        *,
        changed: Callable[[float], None],
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        sender = Sender(
            self._spool,
            self._uploads,
            stop=self._threads.stop,
            token=self._home.token,
            report=deliveries.heard,
        )
        heart = Heart(
            self._beats,
            self._status,
            self._clock,
            home=self._home,
            counts=self._spool.counts,
            stop=self._threads.stop,
            changed=changed,
            alive=alive,
        )
        self._threads.start("sender", sender.run)
        self._threads.start("heart", heart.run)

    def _plan(self) -> Plan:
        config = self._config
        return Plan(
            interval_s=config.interval_s,
            schedule=config.schedule,
            exposing=config.exposure,
            quota=config.quota_bytes,
            reserve=config.reserve_bytes,
        )

    def _failed(self, message: str) -> None:
        eliot.log_message(message_type="camera:trouble", message=message)
        self._say(message)

    def _end(self) -> None:
        """Bring every thread back from where it waits, then join them."""
        systemd.notify(systemd.STOPPING)
        for client in (self._uploads, self._beats):
            client.abort()
        with self._spool.changed:
            self._spool.changed.notify_all()
        if not self._threads.join(0.7):
            # The camera does not come back from a capture: its process is not waited for.
            self._driver.kill()
            self._threads.join(1.5)
        self._threads.raise_error()

    def _not_delivered(self, deliveries: Deliveries) -> NotDelivered:
        detail, pending = self._status.state()[1], self._spool.counts().pending
        return NotDelivered(
            f"{deliveries.delivered} pictures were delivered, {pending} wait in the spool. {detail}".rstrip(),
            "Run the same command again to go on.",
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only agent in this folder, with a spool in order."""
        with (self._home.folder / "agent.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInput(
                    f"Another agent is running in {self._home.folder}.", "Stop it, or give another --home."
                ) from None
            found = self._spool.recover(self._clock.now())
            if found.adopted or found.dropped or found.lost:
                eliot.log_message(
                    message_type="camera:recovered",
                    adopted=found.adopted,
                    dropped=found.dropped,
                    lost=found.lost,
                )
            try:
                yield
            finally:
                self._driver.close(grace_s=0.5)
                self._spool.close()
