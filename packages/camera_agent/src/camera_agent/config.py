"""The agent's settings: one TOML file and the flags of the command line, which win."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING

from camera_agent.delivery import Delivery
from camera_agent.errors import BadInput
from camera_agent.exposure import Exposing
from camera_agent.schedule import Schedule
from camera_agent.tables import Trouble, Where, kind_of, read_table, refuse, typed, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camera_agent.drivers.base import Option, Options

MIB = 1 << 20

#: What a server may wish: `interval_s` and these tables.
WISHED = ("interval_s", "schedule", "exposure", "delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the agent shall do; every field may stand in `config.toml`."""

    #: Address of the server, e.g. `https://timelapse.example`; the one paired with, if empty.
    server: str = ""
    #: Which camera: a name of `camera-agent drivers`, or `module:Class`.
    driver: str = "simulated"
    #: Seconds between two captures, until the server wishes otherwise.
    interval_s: float = 2.0
    #: Seconds a capture may take before the driver is killed.
    capture_deadline_s: float = 30.0
    #: The spool may hold so many MiB of captures (0: as many as fit); then the backlog is thinned out.
    quota_mib: float = 0.0
    #: So many MiB of the disk are left to the system.
    reserve_mib: float = 200.0
    #: So many MiB of delivered pictures are kept while there is room (0: none), for so many days (0: any).
    keep_delivered_mib: float = 0.0
    keep_delivered_days: float = 0.0
    #: When it films, the table `[schedule]`.
    schedule: Schedule = field(default_factory=Schedule)
    #: How captures are exposed, the table `[exposure]`.
    exposure: Exposing = field(default_factory=Exposing)
    #: When captures are delivered, the table `[delivery]`.
    delivery: Delivery = field(default_factory=Delivery)
    #: What the driver is opened with, the table `[options]`.
    options: Options = field(default_factory=dict)

    @property
    def quota_bytes(self) -> int:
        """The quota in bytes."""
        return int(self.quota_mib * MIB)

    @property
    def keep_bytes(self) -> int:
        """How much is kept after delivery, in bytes."""
        return int(self.keep_delivered_mib * MIB)

    @property
    def reserve_bytes(self) -> int:
        """The reserve in bytes."""
        return int(self.reserve_mib * MIB)


def read(path: Path) -> Config:
    """The settings in a file; the defaults when there is none. BadInput names the line that is wrong."""
    try:
        text = path.read_text()
        data = tomllib.loads(text)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise BadInput(
            f"{path} can't be read: {error.strerror}.", "Check that it is a file, and whose."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is no valid TOML: {error}.", "Correct it; it is read as UTF-8.") from error

    def where(name: str) -> str:
        return f"{path}, line {line_of(text, name)}"

    return check(with_values(Config(), data, where=where), where=where)


def wished(config: Config, values: Mapping[str, object]) -> Config:
    """The settings with those that a server wishes in their place. BadInput for what the agent can't take.

    Tables come whole: a key that is left out is at its default. Keys that this agent does not know as a
    server's wish are passed over, for a newer server may send more.
    """
    known = {name: values[name] for name in WISHED if values.get(name) is not None}

    def where(name: str) -> str:
        return f"The server's configuration, {name}"

    return check(with_values(config, known, where=where), where=where)


def line_of(text: str, name: str) -> int:
    """The line of a TOML text that sets `key`, `table.key`, or opens `table`; 1 when it can't be told."""
    table, _, key = name.rpartition(".")
    inside, opened = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            inside = header[1].strip("\"' ")
            if inside == name:
                return number
            opened = number if inside == table and not opened else opened
        elif re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line) and inside == table:
            return number
    return opened or 1


def with_values(config: Config, values: Mapping[str, object], *, where: Where) -> Config:
    """A copy with some fields set anew. BadInput for a name or a type that does not fit."""
    known = {one.name: one for one in fields(config)}
    found: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            raise unknown(name, known, place=where(name))
        kind = kind_of(known[name])
        if name == "options":
            found[name] = _options(value, where)
        elif is_dataclass(kind):
            found[name] = read_table(kind, value, name=name, where=where)
        else:
            found[name] = typed(name, value, kind, place=where(name))
    return replace(config, **found)  # type: ignore[arg-type] # names and types were checked one by one


def check(config: Config, *, where: Where = lambda name: f"The setting {name}") -> Config:
    """The same settings when they can work. BadInput when not."""
    refuse(_trouble(config), where=where)
    refuse(config.schedule.trouble(), where=where, prefix="schedule.")
    refuse(config.exposure.trouble(), where=where, prefix="exposure.")
    refuse(config.delivery.trouble(), where=where, prefix="delivery.")
    refuse(_conflict(config), where=where)
    return config


def _trouble(config: Config) -> Trouble | None:
    for name in ("interval_s", "capture_deadline_s"):
        if not 0 < getattr(config, name) < math.inf:
            return Trouble(name=name, message=f"{name} must be more than 0, and is {getattr(config, name)}.")
    for name in ("quota_mib", "reserve_mib", "keep_delivered_mib", "keep_delivered_days"):
        if not 0 <= getattr(config, name) < math.inf:
            return Trouble(name=name, message=f"{name} can't be less than 0, and is {getattr(config, name)}.")
    return None


def _conflict(config: Config) -> Trouble | None:
    """Settings that can't work together."""
    schedule, exposure, interval = config.schedule, config.exposure, config.interval_s
    if (schedule.burst - 1) * schedule.burst_s >= interval:
        return Trouble(
            name="schedule.burst",
            message=f"{schedule.burst} captures {schedule.burst_s:g} s apart don't fit into {interval:g} s.",
            remedy="Make interval_s longer, or burst or burst_s smaller.",
        )
    for name, seconds in (("schedule.bulb_s", schedule.bulb_s), ("exposure.shutter_s", exposure.shutter_s)):
        if seconds >= interval:
            return Trouble(
                name=name,
                message=f"An exposure of {seconds:g} s does not fit into an interval of {interval:g} s.",
                remedy="Make interval_s longer.",
            )
    if schedule.bulb_s and exposure.mode != "auto":
        return Trouble(
            name="schedule.bulb_s",
            message=f"Each capture can't expose for {schedule.bulb_s:g} s and be {exposure.mode!r} as well.",
            remedy="Leave out bulb_s, or set exposure.mode to 'auto'.",
        )
    return None


def _options(value: object, where: Where) -> dict[str, Option]:
    if not isinstance(value, dict):
        raise BadInput(f"{where('options')}: options must be a table, and is {value!r}.")
    return {str(key): _option(str(key), item, where) for key, item in value.items()}


def _option(name: str, value: object, where: Where) -> Option:
    if isinstance(value, str | int | float | bool):
        return value
    raise BadInput(
        f"{where(f'options.{name}')}: the option {name} must be a text, a number or true/false, and is"
        f" {value!r}."
    )
