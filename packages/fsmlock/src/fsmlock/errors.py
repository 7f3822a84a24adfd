"""The errors of this package. Each carries its details as attributes and says in its text what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsmlock.reasons import Reason, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from django.db import models


class FsmlockError(Exception):
    """The base class of all errors of this package."""


class ConfigurationError(FsmlockError, TypeError):
    """A declaration or a call that can never work. It is raised before anything has happened."""


class Refused(FsmlockError):  # noqa: N818 - it names what happened, as callers write in their except clauses
    """Something isn't possible now. ``reasons`` says why and what would help."""

    def __init__(self, reasons: Iterable[Reason] | str, *, instance: models.Model | None = None) -> None:
        # Celery rebuilds errors from their text alone.
        self.reasons = () if isinstance(reasons, str) else tuple(reasons)
        self.instance = instance
        super().__init__(reasons if isinstance(reasons, str) else as_text(self.reasons))


class HoldRefused(Refused):
    """The lock was not granted: somebody else holds an incompatible one.

    The policy RetryLater sets ``retry_after``, the delay before the next attempt, and ``claim_id``, under
    which the store lists the caller as a waiter until then (see RetryState).
    """

    def __init__(
        self, reasons: Iterable[Reason] | str, *, retry_after: timedelta | None = None, claim_id: str = ""
    ) -> None:
        super().__init__(reasons)
        self.retry_after = retry_after
        self.claim_id = claim_id


class StoreUnavailable(Refused):
    """The store of the holds did not answer: nothing was granted, and what is held there isn't known.

    A hold that is active meanwhile lasts as long as its lease.
    """


class TransitionRefused(Refused):
    """The transition isn't possible now."""


class ActionRefused(Refused):
    """The action isn't possible now."""


class NotOffered(Refused):
    """The object has no transition or action of that name for people."""


class ValuesRefused(Refused):
    """A value does not fit its field. The ``params`` of each reason name the ``field``."""


class StaleState(TransitionRefused):
    """Another process changed the state after this instance was read. Nothing was written."""

    def __init__(
        self, reasons: Iterable[Reason], *, instance: models.Model, using: str | None, was_broken: bool
    ) -> None:
        super().__init__(reasons, instance=instance)
        self.using = using
        self.was_broken = was_broken


class HoldLost(FsmlockError):  # noqa: N818 - it names what happened, as callers write in their except clauses
    """The hold is no longer ours. Stop without writing: somebody else may have the lock already."""


class CancelRequested(FsmlockError):  # noqa: N818 - it names what happened, as callers write in their except clauses
    """The holder is requested to stop. ``by`` and ``why`` say who requested it and for what reason."""

    def __init__(self, by: str, why: str = "") -> None:
        self.by = by
        self.why = why
        super().__init__(f"{by} asks to stop{f': {why}' if why else ''}. End the work and release the hold.")
