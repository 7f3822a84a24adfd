"""The agent: the only place that joins driver, schedule, spool, senders and heartbeat."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import eliot

from camera_agent import absence, systemd
from camera_agent.actions import Actions
from camera_agent.clock import Clock
from camera_agent.deliveries import Deliveries, Refusal, Say
from camera_agent.drivers import registry
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, NotDelivered
from camera_agent.filming import Filming, Plan
from camera_agent.gate import ask
from camera_agent.home import alone
from camera_agent.linking import Link
from camera_agent.replaying import Replaying
from camera_agent.running import Threads
from camera_agent.shooting import Listeners
from camera_agent.spool.records import gap
from camera_agent.spool.room import Keep
from camera_agent.spool.store import Spool
from camera_agent.status import Status
from eliot_progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camera_agent.clock import Instant
    from camera_agent.config import Config
    from camera_agent.drivers.base import Description
    from camera_agent.frame import Capture
    from camera_agent.gaps import Reason
    from camera_agent.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a replay came to."""

    delivered: int
    refused: tuple[Refusal, ...]


class Agent:
    """One agent in one folder. `say` gets one sentence for people now and then."""

    def __init__(self, home: Home, config: Config, *, say: Say) -> None:
        registry.check(config.driver)
        self._home, self._say = home, say
        self._clock, self._threads = Clock(), Threads()
        keep = Keep(bytes=config.keep_bytes, days=config.keep_delivered_days)
        with ExitStack() as undo:
            self._spool = Spool(home.spool, keep=keep)
            undo.callback(self._spool.close)
            self._link = Link(home, config, self._spool, self._clock, self._threads)
            undo.pop_all()
        self._config = self._link.config
        self._status = Status(
            driver=config.driver,
            interval_s=self._config.interval_s,
            config_revision=self._link.wishes.revision,
        )
        self._driver = DriverProcess(
            config.driver, config.options, capture_deadline_s=config.capture_deadline_s
        )

    def film(self) -> bool:
        """Film and deliver until SIGTERM or SIGINT; True when the server wants the agent started again."""
        with self._alone(), progress("camera:film", unit="capture", every=5.0) as filmed:
            self._spool.forget()
            absence.tell(self._spool, self._clock.now(), self._config)
            filming = self._filming(lambda _capture: filmed.advance())
            actions = Actions(self._spool, self._clock, self._link, stop=self._threads.request_stop)
            self._link.wishes.adopt = lambda config: self._adopt(config, filming)
            with self._threads.stopped_by_signals():
                heard = Deliveries(self._status, say=self._say).heard
                self._link.start(self._status, heard, actions=actions.by_name(filming), alive=filming.alive)
                self._threads.start("filming", filming.run, essential=True)
                every = f"{self._config.interval_s:g} s"
                self._say(f"Filming every {every}; delivering to {self._link.server}.")
                systemd.notify(systemd.READY)
                self._threads.wait()
                filming.wake()
                self._end()
        return actions.restart_wanted

    def deliver(self) -> int:
        """Deliver what waits now, then end; gives how many. NotDelivered when something is left."""
        deliveries = Deliveries(self._status, say=self._say, stuck=self._threads.request_stop)
        with self._alone(), self._threads.stopped_by_signals():
            if ask(self._spool):
                self._link.start(self._status, deliveries.heard)
                self._threads.start("drain", self._drain, essential=True)
                self._threads.wait()
                self._end()
            if self._spool.counts().pending:
                raise self._not_delivered(deliveries)
        return deliveries.delivered

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
            with self._threads.stopped_by_signals():
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
            self._link.start(self._status, deliveries.heard)
            self._threads.start("replay", work, essential=True)
            self._threads.wait()
            self._end()
        return complete

    def _filming(self, taken: Callable[[Capture], None]) -> Filming:
        config = self._config
        return Filming(
            self._driver,
            self._spool,
            self._clock,
            self._status,
            stop=self._threads.stop,
            plan=Plan(
                interval_s=config.interval_s,
                schedule=config.schedule,
                exposing=config.exposure,
                quota=config.quota_bytes,
                reserve=config.reserve_bytes,
            ),
            listeners=Listeners(
                taken=taken,
                failed=self._failed,
                missed=self._missed,
                previewed=self._link.delivering.previewed,
                wants_preview=self._link.delivering.wants_preview,
            ),
        )

    def _adopt(self, config: Config, filming: Filming) -> None:
        self._config, self._status.interval_s = config, config.interval_s
        filming.reschedule(config.interval_s, schedule=config.schedule, exposing=config.exposure)
        self._link.delivering.adopt(config.delivery)

    def _drain(self) -> None:
        with self._spool.changed:
            while self._spool.counts().pending and not self._threads.stop.is_set():
                if held := self._link.delivering.gate.held():
                    self._status.trouble("delivery", held)
                    break
                self._spool.changed.wait(1.0)

    def _missed(self, reason: Reason, detail: str, since: Instant, until: Instant, count: int) -> None:
        data = gap(reason, detail, count)
        self._spool.records.gap(until, data, since_ns=since.monotonic_ns, until_ns=until.monotonic_ns)

    def _failed(self, message: str) -> None:
        eliot.log_message(message_type="camera:trouble", message=message)
        self._say(message)

    def _end(self) -> None:
        """Bring every thread back from where it waits, then join them."""
        systemd.notify(systemd.STOPPING)
        self._link.abort()
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
        with closing(self._spool), alone(self._home):
            if (fix := self._spool.fixes.of(self._clock.boot)) is not None:
                self._clock.recall(fix)
            self._spool.orders.resume()
            self._recover()
            eliot.add_destinations(self._link.log)
            try:
                yield
            finally:
                eliot.remove_destination(self._link.log)
                self._driver.close(grace_s=0.5)

    def _recover(self) -> None:
        found = self._spool.recover(self._clock.now())
        if found.adopted or found.dropped or found.lost:
            eliot.log_message(
                message_type="camera:recovered",
                adopted=found.adopted,
                dropped=found.dropped,
                lost=found.lost,
            )
