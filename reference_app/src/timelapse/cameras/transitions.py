"""Performs the transitions of cameras that do more than change the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.cameras import actions, commands
from timelapse.cameras.command_rules import LABELS, CommandName
from timelapse.cameras.configuration import configure
from timelapse.cameras.focus import ask_for_pictures
from timelapse.cameras.models import Camera
from timelapse.cameras.settings_form import from_form
from timelapse.shared.transitions import Applied, applied_by

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from timelapse.shared.transitions import Apply


@applied_by(Camera, "revoke")
def revoke(camera: Camera, user: User) -> Applied:
    """Revoke its token, and note who did."""
    return Applied(obj=actions.revoke(camera, by=user))


@applied_by(Camera, "configure")
def change_settings(camera: Camera, user: User, **values: object) -> Applied:
    """Make the settings the next revision."""
    configure(camera, from_form(values), by=user)
    return Applied(obj=Camera.objects.get(pk=camera.pk))


@applied_by(Camera, "rename")
def rename(camera: Camera, user: User, *, name: str) -> Applied:
    """Give it another name."""
    return Applied(obj=actions.rename(camera, name, by=user))


@applied_by(Camera, "focus")
def focus(camera: Camera, user: User) -> Applied:
    """Have pictures taken for a while; whoever looks at them asks again."""
    return Applied(obj=ask_for_pictures(camera, by=user))


def _issues(command: CommandName) -> Apply:
    def issue(camera: Camera, user: User) -> Applied:
        commands.issue(camera, command, by=user)
        return Applied(obj=Camera.objects.get(pk=camera.pk))

    return issue


for _command in LABELS:
    applied_by(Camera, _command)(_issues(_command))
