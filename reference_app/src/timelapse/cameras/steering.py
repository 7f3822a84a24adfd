"""What people may have a camera do once, and what became of it; decided from values alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from fsmlock import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

CommandName = Literal["capture", "preview", "restart", "deliver", "collect_logs"]
#: What each command is called on its button.
LABELS: Final[Mapping[CommandName, str]] = {
    "capture": "Capture now",
    "preview": "Request preview",
    "restart": "Restart agent",
    "deliver": "Deliver now",
    "collect_logs": "Collect logs",
}
#: Who has this permission may steer cameras.
PERMISSION: Final = "cameras.change_camera"
#: An agent that was silent for longer does not do what was wished before: the wish has lost its meaning.
COMMANDS_LAST: Final = timedelta(days=1)
OPEN_STATES: Final = ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an agent says of a command."""

    command: str
    state: Literal["running", "done", "failed"]
    message: str = ""
    capture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """What decides whether a command may be given to a camera now."""

    name: str
    revoked: bool
    heard: bool
    permitted: bool
    #: Names of the commands that have not ended.
    under_way: frozenset[str] = field(default_factory=frozenset)


def new_command_id() -> str:
    """Make an id that no other command has."""
    return secrets.token_hex(8)


def blockers(command: CommandName, camera: Steered) -> tuple[Reason, ...]:
    """Say what stands in the way of a command; nothing, when it may be given."""
    reasons = []
    if camera.revoked:
        reasons.append(
            Reason(
                code="revoked",
                message=f"{camera.name} is revoked: its agent isn't listened to.",
                remedy="Pair it again.",
            )
        )
    elif not camera.heard:
        reasons.append(
            Reason(
                code="never_heard",
                message=f"The agent of {camera.name} has never said anything.",
                remedy="Start it: camera-agent run.",
            )
        )
    if command in camera.under_way:
        reasons.append(
            Reason(
                code="under_way",
                message=f"“{LABELS[command]}” is under way already.",
                remedy="Wait until the agent has acknowledged it.",
            )
        )
    return (*reasons, *forbidden(LABELS[command], permitted=camera.permitted))


def forbidden(what: str, *, permitted: bool) -> tuple[Reason, ...]:
    """Give the missing permission as a reason."""
    if permitted:
        return ()
    return (
        Reason(
            code="permission",
            message=f"You may not do this: {what} asks for the permission {PERMISSION}.",
            remedy="Ask an administrator for it, or ask somebody who has it.",
            params={"permission": PERMISSION},
        ),
    )


def shown_state(state: str, asked_at: datetime, now: datetime) -> str:
    """Give a command's state as people see it: one that the agent never heard of expires."""
    return "expired" if state == "waiting" and now - asked_at > COMMANDS_LAST else state
