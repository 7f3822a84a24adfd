"""The agent: the only place that joins driver, schedule, spool, sender and heartbeat."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import eliot
from eliot_progress import progress

from camera_agent.clock import Clock
from camera_agent.drivers import registry
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, NotDelivered
from camera_agent.filming import Filming
from camera_agent.link.client import Client
from camera_agent.link.sender import Report, Sender
from camera_agent.link.upload import Delivered, Later, Refused, Unauthorized
from camera_agent.replaying import Replaying
from camera_agent.running import Threads, stopped_by_signals
from camera_agent.spool.store import Refusal, Spool
from camera_agent.status import Status
from camera_agent.telemetry import Heart

if TYPE_CHECKING:
    from eliot_progress import Progress

    from camera_agent.config import Config
    from camera_agent.drivers.base import Description, LeftOut
    from camera_agent.frame import Capture
    from camera_agent.home import Home, Json

#: A replay that delivers nothing for this many seconds gives up; the spool keeps what is left.
GIVE_UP_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a replay came to."""

    delivered: int
    refused: tuple[Refusal, ...]


class Agent:
    """One agent in one folder. `say` gets one sentence for people now and then."""

    def __init__(self, home: Home, config: Config, *, say: Callable[[str], None]) -> None:
        self._home, self._config, self._say = home, config, say
        registry.check(config.driver)
        self._clock = Clock()
        self._threads = Threads()
        self._status = Status(driver=config.driver, interval_s=config.interval_s)
        self._driver = DriverProcess(
            config.driver, config.options, capture_deadline_s=config.capture_deadline_s
        )
        self._clients = (self._client(), self._client())
        self._spool = Spool(home.spool)
        self._delivered = 0
        self._refused: list[Refusal] = []
        self._delivered_at = time.monotonic()
        self._uploads: Progress | None = None

    def film(self) -> None:
        """Film and deliver until SIGTERM or SIGINT."""
        with self._alone(), progress("camera:film", unit="capture", every=5.0) as filmed:
            self._recover()
            self._spool.forget_delivered()

            def taken(_capture: Capture) -> None:
                filmed.advance()

            filming = Filming(
                self._driver,
                self._spool,
                self._clock,
                self._status,
                stop=self._threads.stop,
                interval_s=self._config.interval_s,
                taken=taken,
                failed=self._failed,
            )
            with stopped_by_signals(self._threads.request_stop):
                self._start_link(changed=filming.reschedule)
                self._threads.start("filming", filming.run, essential=True)
                self._say(
                    f"Filming every {self._config.interval_s:g} s; delivering to {self._clients[0].server}."
                )
                self._threads.wait()
                filming.wake()
                self._end()

    def replay(self) -> Summary:
        """Replay the source once and deliver everything. NotDelivered when stopped, or the server won't have it."""
        with self._alone():
            self._recover()
            description = self._driver.open()
            if not description.finite:
                raise BadInput(
                    f"The driver {self._config.driver!r} has no end, so it can't run just once.",
                    "Leave --once out, or use --driver replay --source PATH.",
                )
            for left_out in description.left_out:
                self._leave_out(left_out)
            with stopped_by_signals(self._threads.request_stop):
                self._replay(description)
        return Summary(delivered=self._delivered, refused=tuple(self._refused))

    def _replay(self, description: Description) -> None:
        complete = False
        total = description.total
        with (
            progress("camera:replay", total=total, unit="picture", description="Reading pictures") as read,
            progress("camera:upload", total=total, unit="picture", description="Sending pictures") as sent,
        ):
            self._uploads = sent

            def taken(capture: Capture | None) -> None:
                read.advance()
                if capture is None and sent.total is not None:
                    sent.advance()
                self._status.last_capture = capture or self._status.last_capture

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
                if replaying.run() and self._drained():
                    replaying.finish()
                    complete = True

            self._status.working = True
            self._start_link(changed=lambda _interval: None)
            self._threads.start("replay", work, essential=True)
            self._threads.wait()
            self._end()
            if not complete:
                raise self._not_delivered()

    def _drained(self) -> bool:
        """Wait until the spool is empty; False when stopped, or when nothing moves any more."""
        self._delivered_at = time.monotonic()
        while not self._threads.stop.is_set():
            with self._spool.changed:
                if self._spool.counts().pending == 0:
                    self._spool.forget_delivered()
                    return True
                self._spool.changed.wait(1.0)
        return False

    def _start_link(self, *, changed: Callable[[float], None]) -> None:
        uploads, beats = self._clients
        sender = Sender(
            self._spool, uploads, stop=self._threads.stop, token=self._home.token, report=self._report
        )

        def beaten(message: dict[str, Json]) -> None:
            self._home.write(self._home.status_file, message)

        heart = Heart(
            beats,
            self._status,
            self._clock,
            stop=self._threads.stop,
            folder=self._home.folder,
            counts=self._spool.counts,
            token=self._home.token,
            beaten=beaten,
            changed=changed,
        )
        self._threads.start("sender", sender.run)
        self._threads.start("heart", heart.run)

    def _report(self, report: Report) -> None:
        match report.outcome:
            case Delivered():
                self._delivered += 1
                self._delivered_at = time.monotonic()
                self._advance()
                if self._status.well("upload") | self._status.well("token"):
                    self._say("Delivering again.")
            case Refused(code=code, message=message):
                self._delivered_at = time.monotonic()
                self._refuse(Refusal(name=report.capture.filename, code=code, message=message))
                self._advance()
            case Unauthorized(message=message):
                if self._status.trouble("token", message):
                    self._say(f"The server does not accept this camera's token: {message}")
                self._give_up_replay()
            case Later(message=message):
                if self._status.trouble("upload", message):
                    self._say(f"{message} Trying again.")
                if time.monotonic() - self._delivered_at > GIVE_UP_S:
                    self._give_up_replay()

    def _advance(self) -> None:
        if self._uploads is not None:
            self._uploads.advance()

    def _give_up_replay(self) -> None:
        if self._uploads is not None:
            self._threads.request_stop()

    def _leave_out(self, left_out: LeftOut) -> None:
        self._refuse(Refusal(name=left_out.name, code=left_out.code, message=left_out.message))

    def _refuse(self, refusal: Refusal) -> None:
        self._refused.append(refusal)
        eliot.log_message(
            message_type="camera:refused", name=refusal.name, code=refusal.code, message=refusal.message
        )
        self._say(f"Left out {refusal.name}: {refusal.message}")

    def _failed(self, message: str) -> None:
        eliot.log_message(message_type="camera:trouble", message=message)
        self._say(message)

    def _recover(self) -> None:
        found = self._spool.recover(self._clock.now())
        if found.adopted or found.dropped or found.lost:
            eliot.log_message(
                message_type="camera:recovered", adopted=found.adopted, dropped=found.dropped, lost=found.lost
            )

    def _end(self) -> None:
        """Bring every thread back from where it waits, then join them."""
        for client in self._clients:
            client.abort()
        with self._spool.changed:
            self._spool.changed.notify_all()
        self._driver.close(grace_s=0.5)
        self._threads.join()

    def _not_delivered(self) -> NotDelivered:
        detail = self._status.state()[1]
        pending = self._spool.counts().pending
        return NotDelivered(
            f"{self._delivered} pictures were delivered, {pending} wait in the spool. {detail}".rstrip(),
            "Run the same command again to go on.",
        )

    def _client(self) -> Client:
        server = self._config.server or str(self._home.read(self._home.identity_file).get("server", ""))
        if not server:
            raise BadInput("No server is known.", "Pair first: camera-agent pair URL, or give --server URL.")
        return Client(server, token=self._home.token())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._home.folder / "agent.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInput(
                    f"Another agent is running in {self._home.folder}.", "Stop it, or give another --home."
                ) from None
            try:
                yield
            finally:
                self._driver.close(grace_s=0.5)
