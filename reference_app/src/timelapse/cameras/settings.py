"""The settings of a camera that people may change, and their validation."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from timelapse.cameras.zones import is_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The tables of settings, their keys and the types of their values.
_TABLES: Final[Mapping[str, Mapping[str, type]]] = {
    "schedule": {
        "windows": list, "timezone": str, "latitude": float, "longitude": float, "start": str, "end": str,
        "burst": int, "burst_s": float, "bulb_s": float,
    },
    "exposure": {
        "mode": str, "shutter_s": float, "gain": float, "target": float, "night_stops": float,
        "step_stops": float, "longest_s": float, "highest_gain": float,
    },
    "delivery": {
        "when": str, "windows": list, "networks": list, "rate_kib_s": float, "parallel": int, "ordered": bool,
        "previews": str,
    },
}  # fmt: skip
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "exposure.mode": ("auto", "locked", "ramp"),
    "delivery.when": ("at_once", "windows", "asked"),
    "delivery.previews": ("never", "behind", "always"),
}
_KINDS: Final = {
    list: "a list of texts",
    str: "a text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
}
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "schedule.latitude": (-90, 90), "schedule.longitude": (-180, 180), "schedule.burst": (1, 100),
    "schedule.burst_s": (0, 3600), "schedule.bulb_s": (0, 3600), "exposure.shutter_s": (0, 3600),
    "exposure.gain": (0, 1024), "exposure.target": (0.01, 0.7), "exposure.night_stops": (0, 6),
    "exposure.step_stops": (0.01, 1), "exposure.longest_s": (0, 3600), "exposure.highest_gain": (0, 1024),
    "delivery.rate_kib_s": (0, 10_000_000), "delivery.parallel": (1, 8),
}  # fmt: skip
_SHORTEST_INTERVAL_S: Final = 0.1
_LONGEST_INTERVAL_S: Final = 86_400.0
_LISTED: Final = 24
_DAY: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)"
_CLOCK: Final = r"(?:[01]?\d|2[0-3]):[0-5]\d|24:00"
_SUN: Final = r"(?:dawn|sunrise|noon|sunset|dusk)(?:[+-](?:\d+h)?(?:\d+m)?)?"
_WINDOW: Final = re.compile(
    rf"(?:{_DAY}(?:\s*[-,]\s*{_DAY})*\s+)?(?:{_CLOCK}|{_SUN})\s*\.\.\s*(?:{_CLOCK}|{_SUN})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """Settings of a camera; a table that is None leaves that of the agent's own file in place."""

    interval_s: float
    schedule: Mapping[str, object] | None = None
    exposure: Mapping[str, object] | None = None
    delivery: Mapping[str, object] | None = None

    def tables(self) -> dict[str, Mapping[str, object]]:
        """Return the tables that are set."""
        named = {"schedule": self.schedule, "exposure": self.exposure, "delivery": self.delivery}
        return {name: table for name, table in named.items() if table is not None}


def refusals(settings: CameraSettings) -> tuple[Reason, ...]:
    """Return the reasons why settings can't work; ``params['field']`` names the value."""
    reasons: list[Reason] = []
    interval = settings.interval_s
    if not math.isfinite(interval) or not _SHORTEST_INTERVAL_S <= interval <= _LONGEST_INTERVAL_S:
        bounds = f"{_SHORTEST_INTERVAL_S} to {_LONGEST_INTERVAL_S:.0f} s"
        message = f"The interval goes from {bounds}, and is {interval:g}."
        reasons.append(
            _wrong("intervalSeconds", "interval", message, "Give the seconds between two captures.")
        )
    for table, values in settings.tables().items():
        reasons += _table_refusals(table, values)
    if not reasons and settings.schedule:
        reasons += _burst_refusals(settings.schedule, interval)
        reasons += _place_refusals(settings.schedule)
    if not reasons and settings.delivery:
        reasons += _delivery_refusals(settings.delivery)
    return tuple(reasons)


def _table_refusals(table: str, values: Mapping[str, object]) -> Iterable[Reason]:
    known = _TABLES[table]
    for key, value in values.items():
        path = f"{table}.{key}"
        if key not in known:
            yield _wrong(table, "unknown_key", f"There is no {path}.", f"There are: {', '.join(known)}.")
        elif not _fits(value, known[key]):
            yield _wrong(table, "wrong_kind", f"{path} must be {_KINDS[known[key]]}.", "Correct it.")
        elif (problem := _problem(path, value)) is not None:
            yield _wrong(table, "wrong_value", *problem)


def _fits(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(value, bool) or kind in {bool, str}:
        return type(value) is kind
    return isinstance(value, int if kind is int else int | float) and math.isfinite(value)


def _problem(path: str, value: object) -> tuple[str, str] | None:
    if isinstance(value, int | float) and path in _RANGES:
        low, high = _RANGES[path]
        return (
            None
            if low <= value <= high
            else (f"{path} goes from {low:g} to {high:g}, and is {value:g}.", "Correct it.")
        )
    if path in _CHOICES and value not in _CHOICES[path]:
        return f"{path} can't be {value!r}.", f"There are: {', '.join(_CHOICES[path])}."
    if path.endswith(".windows") and isinstance(value, list):
        return _window_problem(path, value)
    if path == "schedule.timezone" and value:
        return _timezone_problem(str(value))
    if path in {"schedule.start", "schedule.end"} and value:
        return _day_problem(path, str(value))
    return None


def _window_problem(path: str, windows: list[str]) -> tuple[str, str] | None:
    wrong = next((one for one in windows if not _WINDOW.fullmatch(one.strip().lower())), None)
    if wrong is not None:
        return (
            f"{path}: {wrong[:60]!r} is no window.",
            "Write 06:30..20:00, mon-fri 06:30..20:00 or sunrise-30m..sunset+30m.",
        )
    return (
        (f"{path}: {len(windows)} windows are too many.", f"{_LISTED} fit.")
        if len(windows) > _LISTED
        else None
    )


def _timezone_problem(name: str) -> tuple[str, str] | None:
    if is_zone(name):
        return None
    return f"There is no time zone {name[:60]!r}.", "Write it as Europe/Zurich."


def _day_problem(path: str, text: str) -> tuple[str, str] | None:
    try:
        (datetime if re.search("[T ]", text) else date).fromisoformat(text)
    except ValueError:
        return f"{path}: {text[:40]!r} is no day.", "Write it as 2026-11-23."
    return None


def _burst_refusals(schedule: Mapping[str, object], interval_s: float) -> list[Reason]:
    burst, apart = schedule.get("burst", 1), schedule.get("burst_s", 1.0)
    lasts = (float(str(burst)) - 1) * float(str(apart))
    if lasts < interval_s:
        return []
    message = f"{burst} captures {apart} s apart don't fit into {interval_s:g} s."
    return [_wrong("schedule", "burst_too_long", message, "Make the interval longer, or the burst shorter.")]


def _place_refusals(schedule: Mapping[str, object]) -> list[Reason]:
    windows = schedule.get("windows")
    followed = isinstance(windows, list) and any(re.search(_SUN, str(one).lower()) for one in windows)
    if not followed or schedule.get("latitude") or schedule.get("longitude"):
        return []
    message = "A window that follows the sun needs a place."
    return [_wrong("schedule", "no_place", message, "Set latitude and longitude in degrees.")]


def _delivery_refusals(delivery: Mapping[str, object]) -> list[Reason]:
    if delivery.get("when") != "windows" or delivery.get("windows"):
        return []
    message = "There are no windows to deliver in."
    return [_wrong("delivery", "no_windows", message, "Add some, or deliver at once.")]


def _wrong(where: str, code: str, message: str, remedy: str) -> Reason:
    return Reason(code=code, message=message, remedy=remedy, params={"field": where})
