"""The commands to a camera's agent: their names, what is in their way, and what became of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from fsmlock import Reason
from fsmlock.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CommandName = Literal["capture", "preview", "restart", "deliver", "collect_logs"]
#: The label of each command's button.
LABELS: Final[Mapping[CommandName, str]] = {
    "capture": "Capture now",
    "preview": "Request preview",
    "restart": "Restart agent",
    "deliver": "Deliver now",
    "collect_logs": "Collect logs",
}
#: The permission to issue commands to cameras and to configure them.
PERMISSION: Final = "cameras.change_camera"
#: A command expires if its agent does not connect within this time.
COMMAND_LIFETIME: Final = timedelta(days=1)
OPEN_STATES: Final = ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """An agent's report on a command."""

    command: str
    state: Literal["running", "done", "failed"]
    message: str = ""
    capture: str = ""


def new_command_id() -> str:
    """Return a random id for a command."""
    return secrets.token_hex(8)


def never_connected(camera: str) -> Reason:
    """Return why a camera, by its name, takes no commands yet."""
    return Reason(
        code="never_connected",
        message=sentence("The agent of %(camera)s has never connected.", camera=camera),
        remedy="Start it: camera-agent run.",
    )


def lacks_focus_aid(camera: str) -> Reason:
    """Return why a camera, by its name, has no focus aid: its agent doesn't say that it has."""
    return Reason(
        code="no_focus_aid",
        message=sentence(
            "The agent of %(camera)s has no focus aid: it is too old, or captures nothing now.", camera=camera
        ),
        remedy="Update it where it runs, and start it: pip install -U camera-agent.",
    )


def in_progress(command: CommandName) -> Reason:
    """Return why a command can't be issued once more."""
    return Reason(
        code="in_progress",
        message=sentence("“%(command)s” is in progress already.", command=sentence(LABELS[command])),
        remedy="Wait until the agent has acknowledged it.",
    )


def shown_state(state: str, requested_at: datetime, now: datetime) -> str:
    """Return a command's state as people see it: one that never reached its agent expires."""
    return "expired" if state == "waiting" and now - requested_at > COMMAND_LIFETIME else state
