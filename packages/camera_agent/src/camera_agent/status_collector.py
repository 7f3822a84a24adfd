"""What a heartbeat tells beyond the loops' state, and what becomes of its answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from camera_agent.clock import ClockQuality
from camera_agent.forecast import Forecast, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.clock import Clock
    from camera_agent.commands import Commands
    from camera_agent.courier import Courier
    from camera_agent.gate import Gate
    from camera_agent.home import Json
    from camera_agent.log import Log
    from camera_agent.machine import Machine
    from camera_agent.spool.orders import Order
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status
    from camera_agent.wishes import Wishes

#: Rows of captures long gone are forgotten so often; an agent offline notes its state so often. Seconds.
FORGET_S, NOTE_S = 3600.0, 600.0


@dataclass(slots=True, kw_only=True)
class Reports:
    """Joins what the parts of the agent know. `room` gives the bytes that may still come."""

    spool: Spool
    clock: Clock
    status: Status
    gate: Gate
    machine: Machine
    log: Log
    wishes: Wishes
    commands: Commands
    courier: Courier
    room: Callable[[], int]
    monotonic: Callable[[], float] = time.monotonic
    _forecast: Forecast = field(default_factory=Forecast)
    _told: list[Order] = field(default_factory=list)
    _forgot_at: float = 0.0
    _answered_at: float = 0.0
    _noted_at: float = 0.0

    def __post_init__(self) -> None:
        self._forgot_at = self._answered_at = self._noted_at = self.monotonic()

    def tidy(self) -> None:
        """Correct times, spool what is to be told, let go of what is not needed any more."""
        now, monotonic = self.clock.now(), self.monotonic()
        if (fix := self.clock.fix()) is not None:
            self.spool.fixes.learn(fix)
        self._note_offline(monotonic)
        self.log.flush(self.spool.records)
        self.spool.records.tell_dropped(now)
        self.spool.trim_kept(now)
        if monotonic - self._forgot_at >= FORGET_S:
            self._forgot_at = monotonic
            self.spool.forget()

    def facts(self) -> Mapping[str, Json]:
        """The optional keys of a heartbeat."""
        self._told = self.spool.orders.unheard()
        health = self.status.camera_health
        error: dict[str, Json] = {} if self.wishes.error is None else {"config_error": self.wishes.error}
        return {
            **self.machine.facts(),
            **error,
            "clock_fixes": [
                {"boot": fix.boot, "offset_ns": fix.offset_ns, "error_ms": fix.error_ms, "source": fix.source}
                for fix in self.spool.fixes.untold()
            ],
            "driver_battery_percent": _number(health.get("battery_percent")),
            "network": self.gate.network.interface,
            "warnings": list(self._warnings()),
            "commands": [order.told() for order in self._told],
        }

    def heard(self, answer: Mapping[str, Json]) -> bool:
        """Take the configuration and the commands that are wished, and what the server has heard.

        True when a configuration was taken or refused: the server wants to know.
        """
        self._answered_at, before = self.monotonic(), (self.wishes.revision, self.wishes.error)
        self.spool.fixes.told(_texts(answer.get("clock_fixes_stored")))
        self.spool.orders.heard(self._told, _texts(answer.get("commands_acknowledged")))
        self.wishes.hear(answer.get("config"))
        self.status.config_revision = self.wishes.revision
        self.commands.take(answer.get("commands"))
        self.courier.carry()
        return (self.wishes.revision, self.wishes.error) != before

    def _warnings(self) -> list[str]:
        now, room = self.monotonic(), self.room()
        self._forecast.add(now, room)
        found = [warning(self._forecast.full_in_s(now, room)), self.gate.held()]
        if self.clock.now().quality is ClockQuality.UNKNOWN:
            found.append("The time is not known yet: captures are in order, and get it when it is learnt.")
        if self.wishes.error is not None:
            found.append(f"The configuration was refused: {self.wishes.error['message']}")
        return [sentence for sentence in found if sentence]

    def _note_offline(self, monotonic: float) -> None:
        """What no heartbeat could tell is told later: a note now and then of how the machine was."""
        if min(monotonic - self._answered_at, monotonic - self._noted_at) < NOTE_S:
            return
        self._noted_at = monotonic
        state, detail = self.status.state()
        note = {"message_type": "camera:offline", "state": state, "detail": detail, **self.machine.facts()}
        self.spool.records.log([(self.clock.now(), note | {"pending": self.spool.counts().pending})])


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
