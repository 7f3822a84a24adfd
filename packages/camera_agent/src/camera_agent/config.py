"""The agent's settings: one TOML file and the flags of the command line, which win."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from msgspec import Struct

from camera_agent.errors import BadInput
from camera_agent.protocol import reading as protocol_reading
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.reading import fields_of, shown
from camera_agent.protocol.settings import (
    CameraSettings,
    DeliverySettings,
    ExposureSettings,
    Schedule,
    conflicts,
)
from camera_agent.settings_table import (
    InvalidSetting,
    Where,
    kind_of,
    raise_if_invalid,
    typed,
    unknown_setting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from camera_agent.drivers.base import Option, Options

MIB = 1 << 20
#: Numbers, and lists within lists, that no setting has.
LONG_NUMBER = re.compile(r"\d{100}")
MAX_DEPTH = 20
#: The least and the most of each number; the interval's are the protocol's.
BOUNDS: Mapping[str, tuple[float, float]] = {
    **{one.name: (one.minimum or 0.0, one.maximum or 0.0) for one in fields_of(CameraSettings)},
    "capture_deadline_s": (0.1, 86_400.0),
    "quota_mib": (0.0, 1e9),
    "reserve_mib": (0.0, 1e9),
    "keep_delivered_mib": (0.0, 1e9),
    "keep_delivered_days": (0.0, 36_500.0),
}
#: Whole numbers of options are those of 64 bits.
LARGEST_OPTION = 2**63

#: What a server may set: `interval_s` and these tables.
REMOTE_SETTINGS = CameraSettings.__struct_fields__


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The agent's settings; each field may be set in `config.toml`."""

    #: Address of the server, e.g. `https://timelapse.example`; the one paired with, if empty.
    server: str = ""
    #: Which camera: a name of `camera-agent drivers`, or `module:Class`.
    driver: str = "simulated"
    #: Seconds between two captures, unless the server sets them.
    interval_s: float = 2.0
    #: Seconds a capture may take before the driver is killed.
    capture_deadline_s: float = 30.0
    #: MiB of captures that the spool may hold (0: as many as fit) before the backlog is thinned out.
    quota_mib: float = 0.0
    #: MiB of the disk that are left to the system.
    reserve_mib: float = 200.0
    #: MiB of delivered pictures that are kept while there is room (0: none), and for how many days (0: any).
    keep_delivered_mib: float = 0.0
    keep_delivered_days: float = 0.0
    #: When to capture, the table `[schedule]`.
    schedule: Schedule = field(default_factory=Schedule)
    #: How captures are exposed, the table `[exposure]`.
    exposure: ExposureSettings = field(default_factory=ExposureSettings)
    #: When captures are delivered, the table `[delivery]`.
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    #: What the driver is opened with, the table `[options]`.
    options: Options = field(default_factory=dict)

    @property
    def quota_bytes(self) -> int:
        """The quota in bytes."""
        return int(self.quota_mib * MIB)

    @property
    def keep_bytes(self) -> int:
        """How much stays on the card after delivery, in bytes."""
        return int(self.keep_delivered_mib * MIB)

    @property
    def reserve_bytes(self) -> int:
        """The reserve in bytes."""
        return int(self.reserve_mib * MIB)


def read(path: Path) -> Config:
    """Read the settings in a file; the defaults when there is none. BadInput names the wrong line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise BadInput(
            f"{path} can't be read: {error.strerror}.", "Check that it is a file, and whose."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: this is not UTF-8.", "Save the file as UTF-8.") from error
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_toml(path, text, error) from error

    def where(name: str) -> str:
        return f"{path}, line {line_of(text, name)}"

    return check(with_values(Config(), data, where=where), where=where)


def _no_toml(path: Path, text: str, error: Exception) -> BadInput:
    """Return what is wrong with a text that is no TOML, or one that Python can't read."""
    if text.startswith("\ufeff"):
        return BadInput(
            f"{path}, line 1: the file begins with a byte order mark, which TOML does not allow.",
            "Save it as UTF-8 without a BOM.",
        )
    if isinstance(error, tomllib.TOMLDecodeError):
        return BadInput(f"{path} is no valid TOML: {error}.", "Correct it; it is read as UTF-8.")
    if isinstance(error, RecursionError):
        line = next((number for number, depth in _depths(text) if depth > MAX_DEPTH), 1)
        return BadInput(
            f"{path}, line {line}: lists or tables are nested too deeply.", "No setting needs that."
        )
    long = (number for number, one in enumerate(text.splitlines(), 1) if LONG_NUMBER.search(one))
    return BadInput(
        f"{path}, line {next(long, 1)}: a number there is longer than any setting allows.", "Correct it."
    )


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Yield each line's number, and how deep the lists and tables are nested at its end."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        opened = sum(line.count(mark) for mark in "[{")
        depth += opened - sum(line.count(mark) for mark in "]}")
        yield number, max(depth, opened)


def with_remote_settings(config: Config, values: Mapping[str, object]) -> Config:
    """Return the settings with the server's over them. BadInput for a value that can't be used.

    Tables are replaced as a whole: a key that is left out gets its default. Unknown keys are ignored, because
    a newer server may send more.
    """
    known = {name: values[name] for name in REMOTE_SETTINGS if values.get(name) is not None}

    def where(name: str) -> str:
        return f"The server's configuration, {name}"

    for problem in protocol_reading.problems(CameraSettings, {"interval_s": config.interval_s} | known):
        raise _bad_input(problem, where)
    return check(with_values(config, known, where=where), where=where)


def line_of(text: str, name: str) -> int:
    """Return the line of a TOML text that sets `key` or `table.key`, or opens `table`; 1 if none is found."""
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
    """Return a copy with some fields replaced. BadInput for an unknown name or a wrong type."""
    known = {one.name: one for one in fields(config)}
    found: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            raise unknown_setting(name, known, place=where(name))
        kind = kind_of(known[name])
        if name == "options":
            found[name] = _options(value, where)
        elif issubclass(kind, Struct):
            found[name] = _read_table(kind, value, name, where)
        else:
            found[name] = typed(name, value, kind, place=where(name))
    return replace(config, **found)  # type: ignore[arg-type] # names and types were checked one by one


def _read_table(kind: type[Struct], values: object, name: str, where: Where) -> Struct:
    try:
        return protocol_reading.read(kind, values, path=name)
    except InvalidValueError as error:
        raise _bad_input(error, where) from None


def check(config: Config, *, where: Where = lambda name: f"The setting {name}") -> Config:
    """Return the settings if they can work. BadInput otherwise."""
    raise_if_invalid(_find_invalid(config), where=where)
    try:
        for name in ("schedule", "exposure", "delivery"):
            protocol_reading.check(getattr(config, name), path=name)
        for conflict in conflicts(config.interval_s, config.schedule, config.exposure):
            raise conflict
    except InvalidValueError as error:
        raise _bad_input(error, where) from None
    return config


def _bad_input(error: InvalidValueError, where: Where) -> BadInput:
    return BadInput(f"{where(error.path)}: {error.message}", error.remedy)


def _find_invalid(config: Config) -> InvalidSetting | None:
    for name, (least, most) in BOUNDS.items():
        value = getattr(config, name)
        if not least <= value <= most:
            message = f"{name} must be from {least:.10g} to {most:.10g}, and is {shown(value)}."
            return InvalidSetting(name=name, message=message)
    return None


def _options(value: object, where: Where) -> dict[str, Option]:
    if not isinstance(value, dict):
        raise BadInput(f"{where('options')}: options must be a table, and is {shown(value)}.")
    return {str(key): _option(str(key), item, where) for key, item in value.items()}


def _option(name: str, value: object, where: Where) -> Option:
    if isinstance(value, str | float) or (isinstance(value, int) and abs(value) < LARGEST_OPTION):
        return value
    raise BadInput(
        f"{where(f'options.{name}')}: the option {name} must be a text, a number or true/false, and is"
        f" {shown(value)}."
    )
