"""Performs the transitions of runs: their worker owns the rest of the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsmlock.declarations import transitions_of
from fsmlock.models import Run
from timelapse.shared.transitions import Applied, applied_by

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from timelapse.shared.transitions import Apply


def _changes(name: str) -> Apply:
    def change(run: Run, user: User) -> Applied:
        run.apply_transition(name, by=user.get_username())
        return Applied(obj=run)

    return change


for _transition in transitions_of(Run).values():
    if not _transition.internal:
        applied_by(Run, _transition.name)(_changes(_transition.name))
