"""What a driver is: four methods. Everything else (schedule, spool, restart) is the agent's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.frame import ExposureValue

Option = str | int | float | bool
Options = Mapping[str, Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something in a source that is no capture, by name, and why."""

    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a driver says of itself once it is open.

    A driver with `finite` gives captures as fast as it is asked and then None; `total` is how many, if known.
    """

    model: str
    finite: bool = False
    total: int | None = None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture that a driver has written: its own name for it, MIME type, how it was exposed."""

    filename: str
    filetype: str
    exposure: Mapping[str, ExposureValue] = field(default_factory=dict)


class Driver(Protocol):
    """A camera. Errors: `DriverError` for a camera that refuses, `BadInput` for options that can't work."""

    #: The options `open` understands; any other is refused by the agent with a guess.
    option_names: ClassVar[frozenset[str]]

    def open(self, options: Options) -> Description:
        """Take hold of the camera and say what it is."""
        ...

    def capture(self, target: Path) -> Shot | None:
        """Write one picture to `target`; None when a finite source has no more."""
        ...

    def health(self) -> Mapping[str, ExposureValue]:
        """What the camera tells of itself (battery, temperature, ...); may be empty."""
        ...

    def close(self) -> None:
        """Let go of the camera; never fails."""
        ...
