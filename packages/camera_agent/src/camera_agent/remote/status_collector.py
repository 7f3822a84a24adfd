"""Collects the optional part of a heartbeat and handles the server's response."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from camera_agent.host.clock import ClockQuality
from camera_agent.protocol import messages
from camera_agent.remote.forecast import Forecast, warning
from camera_agent.spool.records import MAX_RECORDS
from camera_agent.spool.starts import recent_starts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.home import Json
    from camera_agent.host.clock import Clock
    from camera_agent.host.machine import Machine
    from camera_agent.remote.commands import CommandRunner
    from camera_agent.remote.configuration import RemoteConfig
    from camera_agent.remote.log_buffer import LogBuffer
    from camera_agent.remote.record_uploader import RecordUploader
    from camera_agent.spool.command_results import CommandResult
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status

#: Seconds between prunings of old rows, and between log messages about the state of an agent offline.
PRUNE_S, OFFLINE_LOG_S = 3600.0, 600.0
CLOCK_WARNINGS: Mapping[ClockQuality, str] = {
    ClockQuality.UNKNOWN: (
        "The time is not known yet: captures keep their order, and get their time once it is known."
        " Set the clock from the network: timedatectl set-ntp true."
    ),
    ClockQuality.ESTIMATED: (
        "The network does not set the clock, so times are estimated."
        " Allow NTP and enable it: timedatectl set-ntp true."
    ),
}
#: This many starts within ten minutes are not those of a person.
MANY_STARTS = 5


@dataclass(slots=True, kw_only=True)
class StatusCollector:
    """Joins the state of the agent's parts.

    `blocked_reason` returns why captures are kept back, `interface` the network interface in use, and
    `free_bytes` the space left for captures. `focus_state` returns what the focus aid does, None where
    nothing captures, and `grant_focus` takes for how many seconds it is wanted.
    """

    spool: Spool
    clock: Clock
    status: Status
    blocked_reason: Callable[[], str]
    interface: Callable[[], str]
    machine: Machine
    log: LogBuffer
    remote_config: RemoteConfig
    commands: CommandRunner
    #: None without a server.
    record_uploader: RecordUploader | None
    free_bytes: Callable[[], int]
    focus_state: Callable[[], messages.Focus | None] = lambda: None
    grant_focus: Callable[[Json], None] = lambda _seconds: None
    monotonic: Callable[[], float] = time.monotonic
    _forecast: Forecast = field(default_factory=Forecast)
    _sent_results: list[CommandResult] = field(default_factory=list)
    _pruned_at: float = 0.0
    _responded_at: float = 0.0
    _logged_at: float = 0.0

    def __post_init__(self) -> None:
        self._pruned_at = self._responded_at = self._logged_at = self.monotonic()

    def maintain(self) -> None:
        """Correct times, spool what is to be reported, expire what is not needed any more."""
        now, monotonic = self.clock.now(), self.monotonic()
        if (fix := self.clock.fix()) is not None:
            self.spool.clock_fixes.learn(fix)
        self._log_offline(monotonic)
        self.log.flush(self.spool.records)
        self.spool.records.report_dropped(now)
        self.spool.records.record_dropped(now)
        self.spool.expire_kept(now)
        if monotonic - self._pruned_at >= PRUNE_S:
            self._pruned_at = monotonic
            self.spool.prune_rows()

    def collect(self, heartbeat: messages.Heartbeat) -> messages.Heartbeat:
        """Return a heartbeat with the optional part."""
        self._sent_results = self.spool.command_results.unacknowledged()
        self.status.config_revision, config_error = self.remote_config.state()
        return msgspec.structs.replace(
            heartbeat,
            **self.machine.metrics(),
            config_revision=self.status.config_revision,
            config_error=config_error,
            clock_fixes=tuple(
                messages.ClockFix(
                    boot=fix.boot, offset_ns=fix.offset_ns, error_ms=fix.error_ms, source=fix.source
                )
                for fix in self.spool.clock_fixes.unreported()
            ),
            driver_battery_percent=_number(self.status.camera_health.get("battery_percent")),
            network=self.interface(),
            recent_starts=recent_starts(self.spool.key_values, self.clock.now()),
            focus=self.focus_state(),
            warnings=tuple(self._warnings()),
            commands=tuple(result.to_message() for result in self._sent_results),
        )

    def handle_response(self, response: Mapping[str, Json]) -> bool:
        """Apply configuration, commands and acknowledgements from the server.

        True when a configuration was applied or rejected, because the server waits for that.
        """
        self._responded_at, before = self.monotonic(), self.remote_config.state()
        self.spool.clock_fixes.mark_reported(_texts(response.get("clock_fixes_stored")))
        self.spool.command_results.acknowledge(
            self._sent_results, _texts(response.get("commands_acknowledged"))
        )
        self.remote_config.receive(response.get("config"))
        self.status.config_revision = self.remote_config.revision
        self.commands.receive(response.get("commands"))
        self.grant_focus(response.get("focus_s"))
        if self.record_uploader is not None:
            self.record_uploader.upload_pending()
        return self.remote_config.state() != before

    def _warnings(self) -> list[str]:
        now, used = self.monotonic(), self.spool.used_bytes()
        self._forecast.add(now, used)
        full_in_s = self._forecast.full_in_s(now, used_bytes=used, free_bytes=self.free_bytes())
        found = [self.status.notice, warning(full_in_s), self.blocked_reason()]
        found.append(CLOCK_WARNINGS.get(self.clock.now().quality, ""))
        if self.remote_config.error is not None:
            found.append(f"The configuration was refused: {self.remote_config.error.message}")
        if (starts := recent_starts(self.spool.key_values, self.clock.now())) >= MANY_STARTS:
            found.append(
                f"The agent was started {starts} times within 10 minutes."
                " Its log says why: journalctl -u camera-agent."
            )
        if dropped := self.spool.records.unreported():
            found.append(
                f"{dropped} log messages were dropped: the server has taken none for long, and the agent"
                f" keeps the newest {MAX_RECORDS}."
            )
        return [sentence for sentence in found if sentence]

    def _log_offline(self, monotonic: float) -> None:
        """Log the machine's state now and then while no heartbeat gets through, to be uploaded later."""
        if min(monotonic - self._responded_at, monotonic - self._logged_at) < OFFLINE_LOG_S:
            return
        self._logged_at = monotonic
        state, detail = self.status.state()
        content = {
            "message_type": "camera:offline",
            "state": state,
            "detail": detail,
            **self.machine.metrics(),
        }
        self.spool.records.log([(self.clock.now(), content | {"pending": self.spool.counts().pending})])


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
