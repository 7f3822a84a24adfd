"""The history of an object: which transitions were applied to it, by whom and why.

A model that says ``keeps_history = True`` has one. Each record is written in the transaction that saves the
state, so there is one exactly for each change that was saved.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from fsmlock.errors import ConfigurationError
from fsmlock.inspection import alias_of
from fsmlock.reasons import storable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable


class TransitionRecord(models.Model):
    """A transition that was applied to an object, by whom, when and why."""

    model = models.CharField(max_length=200)
    object_pk = models.CharField(max_length=200)
    transition = models.CharField(max_length=100)
    source = models.CharField(max_length=50)
    target = models.CharField(max_length=50)
    by = models.CharField(max_length=200, blank=True, default="")
    why = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "fsmlock"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["model", "object_pk", "-id"], name="fsmlock_record_object"),
            # Old records are deleted by their time.
            models.Index(fields=["at"], name="fsmlock_record_at"),
        ]

    def __str__(self) -> str:
        return f"{self.transition}: {self.source} to {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Actor:
    """Who applies a transition, and why."""

    by: str = ""
    why: str = ""


_NOBODY = _Actor()


@contextmanager
def acting(obj: models.Model, *, by: str, why: str = "") -> Generator[None]:
    """Record who changes the state of ``obj`` inside this block, and why."""
    before = obj.__dict__.get("_fsmlock_actor")
    obj.__dict__["_fsmlock_actor"] = _Actor(by=storable(by, at_most=200), why=storable(why))
    try:
        yield
    finally:
        obj.__dict__["_fsmlock_actor"] = before or _NOBODY


def history(obj: models.Model) -> models.QuerySet[TransitionRecord]:
    """The records of the transitions that were applied to ``obj``, newest first.

    Slice or filter it: it has one row for each change. Raises ConfigurationError for a model that keeps none.
    """
    if not getattr(obj, "keeps_history", False):
        name = type(obj).__name__
        raise ConfigurationError(f"{name} keeps no history. Write keeps_history = True in its class body.")
    rows = TransitionRecord.objects.using(alias_of(obj))
    return rows.filter(model=_label(obj), object_pk=str(obj.pk)).order_by("-pk")


def record(obj: models.Model, changes: Iterable[tuple[str, str, str]], *, using: str) -> None:
    """Write a record for each change: the name of a transition, its source and its target."""
    actor: _Actor = obj.__dict__.get("_fsmlock_actor", _NOBODY)
    TransitionRecord.objects.using(using).bulk_create(
        [
            TransitionRecord(
                model=_label(obj),
                object_pk=str(obj.pk),
                transition=name,
                source=source,
                target=target,
                by=actor.by,
                why=actor.why,
            )
            for name, source, target in changes
        ]
    )


def _label(obj: models.Model) -> str:
    return (obj._meta.concrete_model or type(obj))._meta.label_lower
