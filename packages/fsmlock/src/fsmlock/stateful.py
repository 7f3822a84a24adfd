"""A protected state on a model, and saves that compare and set."""

from __future__ import annotations

import functools
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar

import django_fsm
from django.db import models, router, transaction
from django.db.models.signals import class_prepared
from django.utils.translation import gettext

from fsmlock import signals
from fsmlock.errors import StaleState
from fsmlock.reasons import Reason
from fsmlock.state_locks import changing_state, locks_by_state

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

# ruff: noqa: ANN401 - arguments of Django's own methods are handed on as they are


class _State(django_fsm.FSMFieldDescriptor):
    """Django's own refresh may set the state, nothing else but a transition may. If deferred, it is read."""

    def __get__(self, instance: Any, type: Any = None) -> Any:  # noqa: A002 - as the base class calls it
        if instance is not None and self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        return super().__get__(instance, type)

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
        """Django's; raises StaleState, and writes nothing, when another process changed the state first.

        Raises TransitionRefused when the new state keeps a lock that somebody else holds by now.
        """
        fields = kwargs.get("update_fields")
        if fields is not None and "state" not in fields:
            super().save(*args, **kwargs)
            return
        try:
            with self._moving(kwargs.get("using")):
                super().save(*args, **kwargs)
        except StaleState as stale:
            self._forgive(stale)
            raise
        self._remember()
        moves = self.__dict__.pop("_fsmlock_changes", [])
        if moves:
            transaction.on_commit(functools.partial(self._tell, moves), using=self._state.db, robust=True)

    def _moving(self, using: str | None) -> AbstractContextManager[None]:
        """A change of state changes what the states keep, in the same transaction."""
        moves: list[tuple[str, str, str]] = self.__dict__.get("_fsmlock_changes", [])
        alias = using or router.db_for_write(type(self), instance=self)
        if moves and locks_by_state(type(self)):
            return changing_state(self, moves[0][1], using=alias)
        # Django writes several tables in one transaction; a savepoint lets the one around it go on.
        return transaction.atomic(using=alias) if _tables(self) else nullcontext()

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
            self.__dict__.pop("_fsmlock_changes", None)

    def _remember(self) -> None:
        self.__dict__["_fsmlock_read"] = self.__dict__.get("state")

    def _forgive(self, stale: StaleState) -> None:
        """Django gives up the whole transaction for an error in save; nothing was written here, so go on."""
        alias = stale.using
        if alias is not None and not _tables(self) and transaction.get_connection(alias).in_atomic_block:
            transaction.set_rollback(stale.was_broken, using=alias)

    def _tell(self, moves: list[tuple[str, str, str]]) -> None:
        for name, source, target in moves:
            event = signals.TransitionEvent(
                model=self._meta.label_lower,
                pk=str(self.pk),
                name=name,
                source=source,
                target=target,
                using=self._state.db or "default",
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


def _tables(obj: models.Model) -> bool:
    """Say whether the object has rows in more than one table."""
    return bool((obj._meta.concrete_model or type(obj))._meta.parents)


def _stale(obj: models.Model, read: str, now: str) -> Reason:
    facts = {"object": str(obj), "read": read, "now": now}
    text = gettext(
        "%(object)s was %(read)s when it was read, but is %(now)s by now: another process was faster."
    )
    return Reason(
        code="stale",
        message=text % facts,
        remedy=gettext("Read it again, and decide on what it is now."),
        params={"read": read, "now": now},
    )


def _set_initial(sender: type[models.Model], **_: object) -> None:
    if issubclass(sender, Stateful) and not sender._meta.abstract:
        sender._meta.get_field("state").default = sender.initial_state


class_prepared.connect(_set_initial, dispatch_uid="fsmlock.stateful")
