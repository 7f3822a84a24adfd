"""The settings of a camera, by the protocol's definition, with its errors as reasons for people.

Settings are stored and sent as mappings, as they were entered: a key that is left out has its default, and a
table that is left out stays as in the agent's own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from camera_agent.protocol import reading
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.settings import CameraSettings, DeliverySettings, ExposureSettings, Schedule
from fsmlock import Reason
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Mapping

Values = dict[str, object]
Table = TypeVar("Table", bound=Struct)


def refusals(values: Mapping[str, object]) -> tuple[Reason, ...]:
    """Return the reasons why settings can't work; ``params['field']`` is the value's path."""
    return tuple(reason_of(problem) for problem in reading.problems(CameraSettings, values))


def settings_of(values: Mapping[str, object]) -> CameraSettings:
    """Return stored settings as values. Tables that today's rules refuse count as not set.

    The agent refuses those as well, and keeps its own.
    """
    return CameraSettings(
        interval_s=_interval_s(values["interval_s"]),
        schedule=_table(Schedule, values.get("schedule")),
        exposure=_table(ExposureSettings, values.get("exposure")),
        delivery=_table(DeliverySettings, values.get("delivery")),
    )


def _interval_s(stored: object) -> float:
    """Return a stored interval, or the default one if it is out of today's range."""
    fitting = reading.fitting(CameraSettings, {"interval_s": stored})
    return float(str(fitting.get("interval_s", conf.get().frame_interval_s)))


def _table(table: type[Table], stored: object) -> Table | None:
    try:
        return None if stored is None else reading.read(table, stored)
    except InvalidValueError:
        return None


def reason_of(problem: InvalidValueError) -> Reason:
    """Return a problem as a reason; ``params['field']`` is the value's path."""
    return Reason(
        code=problem.code,
        message=problem.message,
        remedy=problem.remedy or "Correct it.",
        params={"field": problem.path},
    )
