"""The agent's settings: one TOML file and the flags of the command line, which win."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camera_agent.drivers.base import Option, Options

MIB = 1 << 20

#: Tells where a setting stands, for error messages.
Where = Callable[[str], str]


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
    #: What the driver is opened with, the table `[options]`.
    options: Options = field(default_factory=dict)

    @property
    def quota_bytes(self) -> int:
        """The quota in bytes."""
        return int(self.quota_mib * MIB)

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
        raise BadInput(f"{path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is no valid TOML: {error}.") from error

    def where(name: str) -> str:
        return f"{path}, line {line_of(text, name)}"

    return check(with_values(Config(), data, where=where), where=where)


def line_of(text: str, name: str) -> int:
    """The line of a TOML text that sets or opens `name`; 1 when it can't be told."""
    pattern = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(name)}["']?\s*[\]=.]""")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return number
    return 1


def with_values(config: Config, values: Mapping[str, object], *, where: Where) -> Config:
    """A copy with some fields set anew. BadInput for a name or a type that does not fit."""
    known = {one.name: type(getattr(config, one.name)) for one in fields(config)}
    found: dict[str, str | float | Options] = {}
    for name, value in values.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            guess = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."
            raise BadInput(f"{where(name)}: {name!r} is not a setting.", guess)
        found[name] = _typed(name, value, known[name], where)
    return replace(config, **found)  # type: ignore[arg-type] # names and types were checked one by one


def check(config: Config, *, where: Where = lambda name: f"The setting {name}") -> Config:
    """The same settings when they can work. BadInput when not."""
    for name in ("interval_s", "capture_deadline_s"):
        if not getattr(config, name) > 0:
            raise BadInput(f"{where(name)}: {name} must be more than 0, and is {getattr(config, name)}.")
    for name in ("quota_mib", "reserve_mib"):
        if not getattr(config, name) >= 0:
            raise BadInput(f"{where(name)}: {name} can't be less than 0, and is {getattr(config, name)}.")
    return config


def _typed(name: str, value: object, kind: type, where: Where) -> str | float | Options:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is str and isinstance(value, str):
        return value
    if kind is dict and isinstance(value, dict):
        return {str(key): _option(str(key), item, where) for key, item in value.items()}
    wanted = {float: "a number", str: "a text", dict: "a table"}[kind]
    raise BadInput(f"{where(name)}: {name} must be {wanted}, and is {value!r}.")


def _option(name: str, value: object, where: Where) -> Option:
    if isinstance(value, str | int | float | bool):
        return value
    raise BadInput(
        f"{where(name)}: the option {name} must be a text, a number or true/false, and is {value!r}."
    )
