"""A protected state on a model, and saves that compare and set."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ClassVar

import django_fsm
from django.db import models, transaction
from django.db.models.signals import class_prepared

from fsmlock import signals
from fsmlock.errors import StaleState
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Self

# ruff: noqa: ANN401 - arguments of Django's own methods are handed on as they are


class _State(django_fsm.FSMFieldDescriptor):
    """Django's own refresh may set the state, nothing else but a transition may."""

    def __set__(self, instance: Any, value: Any) -> None:
        if "_fsmlock_refreshing" in instance.__dict__:
            self.field.set_state(instance, value)
        else:
            super().__set__(instance, value)


class StateField(django_fsm.FSMField):
    """A protected FSMField. Migrations see a CharField: they need neither django-fsm nor this package."""

    descriptor_class = _State

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """As a CharField."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


class Stateful(models.Model):
    """Gives a model a protected ``state`` that only transitions change. Most models want Lifecycle."""

    #: The state of a new object.
    initial_state: ClassVar[str] = ""

    state = StateField(default="", protected=True, db_index=True, max_length=50)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Django's; raises StaleState, and writes nothing, when another process changed the state first."""
        try:
            super().save(*args, **kwargs)
        except StaleState as stale:
            self._forgive(stale)
            raise
        self._remember()
        moves = self.__dict__.pop("_fsmlock_moves", [])
        if moves:
            transaction.on_commit(functools.partial(self._tell, moves), using=self._state.db, robust=True)

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> Self:
        """Django's; remembers the state as read, to compare with on save."""
        instance = super().from_db(db, field_names, values, **more)
        instance._remember()  # noqa: SLF001 - our own class
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Django's, which the protection of the state would forbid."""
        fields = kwargs.get("fields") or (args[1] if len(args) > 1 else None)
        self.__dict__["_fsmlock_refreshing"] = True
        try:
            super().refresh_from_db(*args, **kwargs)
        finally:
            del self.__dict__["_fsmlock_refreshing"]
        if fields is None or "state" in fields:
            self._remember()
            self.__dict__.pop("_fsmlock_moves", None)

    def _remember(self) -> None:
        self.__dict__["_fsmlock_read"] = self.__dict__.get("state")

    def _forgive(self, stale: StaleState) -> None:
        """Django gives up the whole transaction for an error in save; nothing was written here, so go on."""
        alias = stale.using
        if alias is not None and not self._meta.parents and transaction.get_connection(alias).in_atomic_block:
            transaction.set_rollback(stale.was_broken, using=alias)

    def _tell(self, moves: list[tuple[str, str, str]]) -> None:
        for name, source, target in moves:
            event = signals.TransitionEvent(
                model=self._meta.label_lower, pk=str(self.pk), name=name, source=source, target=target
            )
            signals.transitioned.send_robust(sender=type(self), event=event)

    def _do_update(
        self, base_qs: Any, using: str | None, pk_val: Any, values: Any, *rest: Any, **more: Any
    ) -> Any:
        read = self.__dict__.get("_fsmlock_read")
        if read is None or not any(field.name == "state" for field, _, _ in values):
            return super()._do_update(base_qs, using, pk_val, values, *rest, **more)
        guarded = base_qs.filter(state=read)
        updated = super()._do_update(guarded, using, pk_val, values, *rest, **more)
        if not updated:
            now = base_qs.using(using).filter(pk=pk_val).values_list("state", flat=True).first()
            if now is not None:
                broken = transaction.get_connection(using).needs_rollback
                raise StaleState([_stale(self, read, now)], instance=self, using=using, was_broken=broken)
        return updated


def _stale(obj: models.Model, read: str, now: str) -> Reason:
    return Reason(
        code="stale",
        message=f"{obj} was {read} when it was read, but is {now} by now: another process was faster.",
        remedy="Read it again, and decide on what it is now.",
        params={"read": read, "now": now},
    )


def _set_initial(sender: type[models.Model], **_: object) -> None:
    if issubclass(sender, Stateful) and not sender._meta.abstract:
        sender._meta.get_field("state").default = sender.initial_state


class_prepared.connect(_set_initial, dispatch_uid="fsmlock.stateful")
