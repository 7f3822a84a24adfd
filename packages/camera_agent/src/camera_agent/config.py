"""The agent's settings: one TOML file and the flags of the command line, which win."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camera_agent.drivers.base import Option, Options


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
    #: What the driver is opened with, the table `[options]`.
    options: Options = field(default_factory=dict)


def read(path: Path) -> Config:
    """The settings in a file; the defaults when there is none. BadInput names what is wrong, and where."""
    try:
        text = path.read_text()
        data = tomllib.loads(text)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is no valid TOML: {error}.") from error
    return check(with_values(Config(), data, where=str(path)))


def with_values(config: Config, values: Mapping[str, object], *, where: str) -> Config:
    """A copy with some fields set anew. BadInput for a name or a type that does not fit."""
    known = {one.name: type(getattr(config, one.name)) for one in fields(config)}
    found: dict[str, str | float | Options] = {}
    for name, value in values.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            guess = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."
            raise BadInput(f"{where}: {name!r} is not a setting.", guess)
        found[name] = _typed(name, value, known[name], where)
    return replace(config, **found)  # type: ignore[arg-type] # names and types were checked one by one


def check(config: Config) -> Config:
    """The same settings when they can work. BadInput when not."""
    for name in ("interval_s", "capture_deadline_s"):
        if not getattr(config, name) > 0:
            raise BadInput(f"{name} is {getattr(config, name)}, and must be more than 0 seconds.")
    return config


def _typed(name: str, value: object, kind: type, where: str) -> str | float | Options:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is str and isinstance(value, str):
        return value
    if kind is dict and isinstance(value, dict):
        return {str(key): _option(str(key), item, where) for key, item in value.items()}
    wanted = {float: "a number", str: "a text", dict: "a table"}[kind]
    raise BadInput(f"{where}: {name} must be {wanted}, and is {value!r}.")


def _option(name: str, value: object, where: str) -> Option:
    if isinstance(value, str | int | float | bool):
        return value
    raise BadInput(f"{where}: the option {name} must be a text, a number or true/false, and is {value!r}.")
