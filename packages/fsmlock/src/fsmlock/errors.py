"""What can go wrong, each with its facts as attributes and the next step in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsmlock.reasons import Reason, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from django.db import models


class FsmlockError(Exception):
    """Root of the errors of this package."""


class ConfigurationError(FsmlockError, TypeError):
    """A declaration or a call that can never work, refused before anything happened."""


class Refused(FsmlockError):  # noqa: N818 it reads as what happened, and is caught by that name
    """Something can't be done now; ``reasons`` says why and what would help."""

    def __init__(self, reasons: Iterable[Reason] | str, *, instance: models.Model | None = None) -> None:
        # Celery makes errors anew from their text alone.
        self.reasons = () if isinstance(reasons, str) else tuple(reasons)
        self.instance = instance
        super().__init__(reasons if isinstance(reasons, str) else sentence(self.reasons))


class HoldRefused(Refused):
    """The lock can't be had: somebody else holds what doesn't go together with it.

    The policy RetryLater sets ``retry_after``, when to come again, and ``claim_id``, the name by which the
    store shows until then that it waits (see RetryState).
    """

    def __init__(
        self, reasons: Iterable[Reason] | str, *, retry_after: timedelta | None = None, claim_id: str = ""
    ) -> None:
        super().__init__(reasons)
        self.retry_after = retry_after
        self.claim_id = claim_id


class TransitionRefused(Refused):
    """The transition isn't possible now."""


class StaleState(TransitionRefused):
    """Another process changed the state since this instance was read: nothing was written."""

    def __init__(
        self, reasons: Iterable[Reason], *, instance: models.Model, using: str | None, was_broken: bool
    ) -> None:
        super().__init__(reasons, instance=instance)
        self.using = using
        self.was_broken = was_broken


class HoldLost(FsmlockError):  # noqa: N818 it reads as what happened, and is caught by that name
    """The hold is no longer ours. Stop without writing: somebody else may hold the lock already."""


class CancelRequested(FsmlockError):  # noqa: N818 it reads as what happened, and is caught by that name
    """Somebody asks the holder to stop. ``by`` and ``why`` say who and for what reason."""

    def __init__(self, by: str, why: str = "") -> None:
        self.by = by
        self.why = why
        super().__init__(f"{by} asks to stop{f': {why}' if why else ''}. End the work and leave the hold.")
