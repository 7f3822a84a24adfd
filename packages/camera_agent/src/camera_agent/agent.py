"""The agent: the only place that wires driver, schedule, spool, uploaders and heartbeat."""

from __future__ import annotations

import contextlib
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import eliot

from camera_agent.actions import CommandActions
from camera_agent.capture import downtime
from camera_agent.capture.loop import CaptureLoop, CaptureSettings
from camera_agent.capture.replay import Replay
from camera_agent.capture.session import CaptureCallbacks
from camera_agent.delivery.policy import request_delivery
from camera_agent.delivery.tracker import DeliveryTracker, Notify, Refusal
from camera_agent.delivery.uploader_pool import UploaderPool
from camera_agent.drivers import registry
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import AnotherAgent, BadInput, NotDelivered
from camera_agent.home import exclusive_lock
from camera_agent.host import systemd
from camera_agent.host.clock import Clock
from camera_agent.host.machine import Machine
from camera_agent.host.threads import ThreadGroup
from camera_agent.protocol.settings import Schedule
from camera_agent.remote.client import Client
from camera_agent.remote.commands import CommandRunner
from camera_agent.remote.configuration import RemoteConfig
from camera_agent.remote.heartbeat import Heartbeat
from camera_agent.remote.log_buffer import LogBuffer
from camera_agent.remote.record_uploader import RecordUploader
from camera_agent.remote.status_collector import StatusCollector
from camera_agent.schedule_state import state_at
from camera_agent.spool.damage import put_aside_if_damaged
from camera_agent.spool.eviction import Retention
from camera_agent.spool.records import gap
from camera_agent.spool.starts import record_start
from camera_agent.spool.store import INDEX, Spool
from camera_agent.status import Status
from eliot_progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from camera_agent.capture.gaps import GapReason
    from camera_agent.captures import Capture
    from camera_agent.config import Config
    from camera_agent.delivery.uploader import UploadAttempt
    from camera_agent.drivers.base import Description
    from camera_agent.home import Home, Json
    from camera_agent.host.clock import Instant
    from camera_agent.protocol.messages import Focus
    from camera_agent.protocol.settings import ExposureSettings
    from camera_agent.remote.commands import Action


#: Seconds after which a heartbeat without a response is given up, because the next one is due.
HEARTBEAT_TIMEOUT_S = 10.0
#: Seconds between two looks whether a camera without a server has been paired.
PAIRING_CHECK_S = 1.0


def _put_aside_damaged_index(home: Home) -> Path | None:
    """Put a damaged index aside, unless another agent uses it; return its new path."""
    with contextlib.suppress(AnotherAgent, BadInput), exclusive_lock(home):
        return put_aside_if_damaged(home.spool / INDEX)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result of a replay."""

    delivered: int
    refused: tuple[Refusal, ...]
    #: What the driver says about its source, such as the order of the pictures.
    note: str = ""


class Agent:
    """One agent in one folder. `notify` receives messages for people."""

    def __init__(self, home: Home, config: Config, *, notify: Notify) -> None:
        registry.check(config.driver)
        # Without a server it captures all the same: that is a kind of offline.
        server = config.server or home.paired_server()
        self._heartbeat_client = Client(server, timeout_s=HEARTBEAT_TIMEOUT_S) if server else None
        self._paired_meanwhile = False
        self._home, self._notify = home, notify
        self._clock, self._threads = Clock(), ThreadGroup()
        self._log, self._heartbeat_due = LogBuffer(self._clock), threading.Event()
        self._loop: CaptureLoop | None = None
        self._commands: CommandRunner | None = None
        retention = Retention(bytes=config.keep_bytes, days=config.keep_delivered_days)
        self._index_aside = _put_aside_damaged_index(home)
        with ExitStack() as undo:
            self._spool = Spool(home.spool, retention=retention, on_damage=self._threads.request_stop)
            undo.callback(self._spool.close)
            self._remote_config = RemoteConfig(home, config, apply=self._apply, rehearse=self._rehearse)
            self._config = self._remote_config.load()
            self._uploaders = UploaderPool(
                server,
                home,
                self._spool,
                self._clock,
                self._threads,
                settings=self._config.delivery,
                answered_at=lambda: self._status.answered_at,
            )
            undo.pop_all()
        self._status = Status(
            driver=config.driver,
            interval_s=self._config.interval_s,
            config_revision=self._remote_config.revision,
        )
        self._driver = DriverProcess(
            config.driver, config.options, capture_deadline_s=config.capture_deadline_s
        )

    def run(self) -> bool:
        """Capture and deliver until SIGTERM or SIGINT; True when a restart is wanted.

        The server may request one, a damaged index needs one, and so does a camera that was paired meanwhile.
        """
        with self._exclusively(), progress("camera:run", unit="capture", every=5.0) as captured:
            self._spool.prune_rows()
            record_start(self._spool.key_values, self._clock.now())
            downtime.record_gap(self._spool, self._clock.now(), self._config)
            loop = self._loop = self._capture_loop(lambda _capture: captured.advance())
            actions = CommandActions(
                self._spool,
                self._clock,
                log=self._log,
                uploaders=self._uploaders,
                loop=loop,
                stop=self._threads.request_stop,
            )
            with self._threads.stopped_by_signals():
                tracker = DeliveryTracker(self._status, notify=self._notify)
                self._start_link(tracker.record, actions=actions.by_name(), is_alive=loop.is_alive)
                self._threads.start("capture", loop.run, essential=True)
                self._notify(f"Capturing every {self._config.interval_s:g} s; {self._destination()}.")
                systemd.notify(systemd.READY)
                self._threads.wait()
                loop.wake()
                self._end()
        return actions.restart_wanted or self._spool.index.is_damaged or self._paired_meanwhile

    def _destination(self) -> str:
        """Say where captures go. Without a server, begin to wait for one."""
        if self._heartbeat_client is not None:
            return f"delivering to {self._heartbeat_client.server}"
        self._threads.start("pairing", self._wait_until_paired)
        return f"no server yet, pictures wait in {self._home.spool}. Pair any time: camera-agent pair URL"

    def _wait_until_paired(self) -> None:
        """Ask for a restart as soon as there is a server to deliver to."""
        while not self._threads.stop.wait(PAIRING_CHECK_S):
            server = self._home.paired_server()
            if self._home.token_for(server) is not None:
                self._notify(f"Paired with {server}.")
                self._paired_meanwhile = True
                self._threads.request_stop()
                return

    def deliver(self) -> int:
        """Deliver what is pending now; return how many captures. NotDelivered when some are left."""
        tracker = DeliveryTracker(self._status, notify=self._notify, give_up=self._threads.request_stop)
        with self._exclusively(), self._threads.stopped_by_signals():
            if request_delivery(self._spool):
                self._start_link(tracker.record)
                self._threads.start("drain", self._drain, essential=True)
                self._threads.wait()
                self._end()
            if self._spool.counts().pending:
                raise self._not_delivered(tracker)
        return tracker.delivered

    def replay(self) -> Summary:
        """Replay the source once and deliver all of it. NotDelivered when that fails or is stopped."""
        with self._exclusively():
            description = self._driver.open()
            if not description.finite:
                raise BadInput(
                    f"The driver {self._config.driver!r} has no end, so it can't run just once.",
                    "Leave --once out, or use --driver replay --source PATH.",
                )
            with self._threads.stopped_by_signals():
                return self._replay(description)

    def _replay(self, description: Description) -> Summary:
        total, complete = description.total, False
        refused: list[Refusal] = []
        with (
            progress("camera:replay", total=total, unit="picture", description="Reading pictures") as reading,
            progress("camera:upload", total=total, unit="picture", description="Sending pictures") as sending,
        ):
            tracker = DeliveryTracker(
                self._status,
                notify=self._notify,
                progress=sending,
                give_up=self._threads.request_stop,
                on_refusal=refused.append,
            )
            for one in description.skipped:
                tracker.refuse(Refusal(name=one.name, code=one.code, message=one.message))

            def picture_stored(capture: Capture | None) -> None:
                reading.advance()
                if capture is None:
                    tracker.advance()
                else:
                    self._status.last_capture = capture

            replay = Replay(
                self._driver,
                self._spool,
                self._clock,
                source=str(self._config.options.get("source", "")),
                stop=self._threads.stop,
                on_picture=picture_stored,
            )

            def work() -> None:
                nonlocal complete
                complete = replay.run()

            self._status.capturing = True
            self._start_link(tracker.record)
            self._threads.start("replay", work, essential=True)
            self._threads.wait()
            self._end()
        if not complete:
            raise self._not_delivered(tracker)
        return Summary(delivered=tracker.delivered, refused=tuple(refused), note=description.note)

    def _start_link(
        self,
        on_attempt: Callable[[UploadAttempt], None],
        *,
        actions: Mapping[str, Action] | None = None,
        is_alive: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start all threads that talk to the server. `is_alive` checks the other loops."""
        config, policy, client = self._config, self._uploaders.policy, self._heartbeat_client
        commands = self._commands = CommandRunner(
            self._spool.command_results, actions or {}, on_finish=self._heartbeat_due.set
        )
        collector = StatusCollector(
            spool=self._spool,
            clock=self._clock,
            status=self._status,
            blocked_reason=policy.blocked_reason,
            interface=lambda: policy.network.interface,
            machine=Machine(),
            log=self._log,
            remote_config=self._remote_config,
            commands=commands,
            record_uploader=None if client is None else RecordUploader(client, self._spool.records),
            free_bytes=lambda: self._spool.free_bytes(quota=config.quota_bytes, reserve=config.reserve_bytes),
            focus_state=self._focus_state,
            grant_focus=self._grant_focus,
        )
        heartbeat = Heartbeat(
            client,
            self._status,
            self._clock,
            home=self._home,
            counts=self._spool.counts,
            stop=self._threads.stop,
            due=self._heartbeat_due,
            collector=collector,
            is_alive=is_alive,
        )
        self._uploaders.start(on_attempt)
        self._threads.start("heartbeat", heartbeat.run)
        self._threads.start("commands", lambda: commands.run(self._threads.stop))

    def _capture_loop(self, on_capture: Callable[[Capture], None]) -> CaptureLoop:
        config = self._config
        return CaptureLoop(
            self._driver,
            self._spool,
            self._clock,
            self._status,
            stop=self._threads.stop,
            settings=CaptureSettings(
                interval_s=config.interval_s,
                schedule=config.schedule,
                exposure=config.exposure,
                quota=config.quota_bytes,
                reserve=config.reserve_bytes,
            ),
            callbacks=CaptureCallbacks(
                on_capture=on_capture,
                on_problem=self._report_problem,
                on_gap=self._record_gap,
                on_preview=self._uploaders.send_preview,
                on_look=self._uploaders.send_look,
                wants_preview=self._uploaders.wants_preview,
                on_failed_settings=self._reject_settings,
            ),
        )

    def _apply(self, config: Config) -> None:
        """Put the server's configuration in force. Only a capturing agent does; others finish first."""
        loop = self._loop
        if loop is None:
            return
        self._config, self._status.interval_s = config, config.interval_s
        loop.update_settings(config.interval_s, schedule=config.schedule, exposure=config.exposure)
        self._uploaders.update_settings(config.delivery)

    def _focus_state(self) -> Focus | None:
        return None if self._loop is None else self._loop.focus.state()

    def _grant_focus(self, seconds: Json) -> None:
        if self._loop is not None:
            self._loop.grant_focus(seconds)

    def _rehearse(self, config: Config) -> None:
        """Raise what the schedules of a configuration raise now."""
        now = datetime.now(UTC)
        for schedule in (config.schedule, Schedule(windows=config.delivery.windows)):
            state_at(schedule, now)

    def _reject_settings(self, schedule: Schedule, exposure: ExposureSettings, reason: str) -> None:
        self._remote_config.reject(schedule, exposure, reason)
        self._report_problem(f"The settings were replaced by those before them. {reason}")

    def _drain(self) -> None:
        with self._spool.changed:
            while self._spool.counts().pending and not self._threads.stop.is_set():
                if reason := self._uploaders.policy.blocked_reason():
                    self._status.set_problem("delivery", reason)
                    break
                self._spool.changed.wait(1.0)

    def _record_gap(self, reason: GapReason, detail: str, since: Instant, until: Instant, count: int) -> None:
        data = gap(reason, detail, count)
        self._spool.records.gap(until, data, since_ns=since.monotonic_ns, until_ns=until.monotonic_ns)

    def _report_problem(self, message: str) -> None:
        eliot.log_message(message_type="camera:trouble", message=message)
        self._notify(message)

    def _end(self) -> None:
        """Interrupt all threads and join them."""
        systemd.notify(systemd.STOPPING)
        self._heartbeat_due.set()
        if self._heartbeat_client is not None:
            self._heartbeat_client.abort()
        self._uploaders.abort()
        if self._commands is not None:
            self._commands.wake()
        if not self._threads.join(0.7):
            # The camera hangs in a capture: kill its process rather than wait for it.
            self._driver.kill()
            self._threads.join(1.5)
        self._threads.raise_error()

    def _not_delivered(self, tracker: DeliveryTracker) -> NotDelivered:
        detail, pending = self._status.state()[1], self._spool.counts().pending
        return NotDelivered(
            f"{tracker.delivered} pictures were delivered, {pending} wait in the spool. {detail}".rstrip(),
            "Run the same command again to go on.",
        )

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Hold the folder's lock, with the spool recovered and the log attached."""
        with closing(self._spool), exclusive_lock(self._home):
            if (fix := self._spool.clock_fixes.of(self._clock.boot)) is not None:
                self._clock.recall(fix)
            self._spool.command_results.fail_interrupted()
            self._recover()
            eliot.add_destinations(self._log)
            try:
                yield
            finally:
                eliot.remove_destination(self._log)
                self._driver.close(grace_s=0.5)

    def _recover(self) -> None:
        found = self._spool.recover(self._clock.now())
        if self._index_aside is not None:
            notice = self._status.notice = (
                f"The spool's index was damaged, and {found.adopted} pictures were adopted into a new one."
                f" The old one is {self._index_aside}. Replace the card soon."
            )
            message: dict[str, Json] = {"message_type": "camera:index_damaged", "message": notice}
            self._spool.records.log([(self._clock.now(), message)])
            self._notify(notice)
        if found.adopted or found.dropped or found.lost:
            eliot.log_message(
                message_type="camera:recovered",
                adopted=found.adopted,
                dropped=found.dropped,
                lost=found.lost,
            )
