"""A protected state on a model, saved by compare-and-set."""

from __future__ import annotations

import functools
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar

import django_fsm
from django.db import models, router, transaction
from django.db.models.signals import class_prepared, post_delete
from django.utils.translation import gettext

from fsmlock import signals
from fsmlock.declarations import transitions_of
from fsmlock.errors import StaleState
from fsmlock.reasons import Reason
from fsmlock.sentences import name_of, state_name
from fsmlock.state_locks import changes_lock, changing_state, release_state_locks
from fsmlock.transition_history import record

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

# ruff: noqa: ANN401 - arguments of Django's own methods are passed through unchanged


class _State(django_fsm.FSMFieldDescriptor):
    """Only transitions and Django's own refresh may set the state. A deferred state is read when needed."""

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
        """Describe the field as a plain CharField."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


class Stateful(models.Model):
    """A model with a protected ``state`` that only transitions change. Most models need Lifecycle instead."""

    #: The state of a new object.
    initial_state: ClassVar[str] = ""
    #: Whether each saved transition is recorded: see ``fsmlock.history``.
    keeps_history: ClassVar[bool] = False

    state = StateField(default="", protected=True, db_index=True, max_length=50)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save as Django does. Raises StaleState and writes nothing if another process changed the state.

        Raises TransitionRefused when the new state holds a lock that somebody else has taken meanwhile.
        """
        fields = kwargs.get("update_fields")
        if fields is not None and "state" not in fields:
            super().save(*args, **kwargs)
            return
        try:
            with self._changing_state(kwargs.get("using")):
                super().save(*args, **kwargs)
                if self.keeps_history and self.__dict__.get("_fsmlock_changes"):
                    record(self, self.__dict__["_fsmlock_changes"], using=self._state.db or "default")
        except StaleState as stale:
            self._keep_transaction_usable(stale)
            raise
        self._remember_state()
        changes = self.__dict__.pop("_fsmlock_changes", [])
        if changes:
            transaction.on_commit(
                functools.partial(self._send_transitioned, changes), using=self._state.db, robust=True
            )

    def _changing_state(self, using: str | None) -> AbstractContextManager[None]:
        """A change of state also changes the locks of the states, in the same transaction."""
        changes: list[tuple[str, str, str]] = self.__dict__.get("_fsmlock_changes", [])
        alias = using or router.db_for_write(type(self), instance=self)
        if changes and changes_lock(self, changes[0][1]):
            return changing_state(self, changes[0][1], using=alias)
        # Several tables are written in one transaction; a savepoint keeps the outer one usable.
        several = _has_several_tables(self) or (changes and self.keeps_history)
        return transaction.atomic(using=alias) if several else nullcontext()

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> Self:
        """Build an instance as Django does, and remember the state that was read to compare with on save."""
        instance = super().from_db(db, field_names, values, **more)
        instance._remember_state()  # noqa: SLF001 - our own class
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Refresh as Django does, which the protection of the state would forbid."""
        fields = kwargs.get("fields") or (args[1] if len(args) > 1 else None)
        self.__dict__["_fsmlock_refreshing"] = True
        try:
            super().refresh_from_db(*args, **kwargs)
        finally:
            del self.__dict__["_fsmlock_refreshing"]
        if fields is None or "state" in fields:
            self._remember_state()
            self.__dict__.pop("_fsmlock_changes", None)

    def _remember_state(self) -> None:
        self.__dict__["_fsmlock_read_state"] = self.__dict__.get("state")

    def _keep_transaction_usable(self, stale: StaleState) -> None:
        """Undo that Django marks the transaction as broken for an error in save: nothing was written."""
        alias = stale.using
        if (
            alias is not None
            and not _has_several_tables(self)
            and transaction.get_connection(alias).in_atomic_block
        ):
            transaction.set_rollback(stale.was_broken, using=alias)

    def _send_transitioned(self, changes: list[tuple[str, str, str]]) -> None:
        for name, source, target in changes:
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
        read = self.__dict__.get("_fsmlock_read_state")
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


def _has_several_tables(obj: models.Model) -> bool:
    """Whether the object has rows in more than one table."""
    return bool((obj._meta.concrete_model or type(obj))._meta.parents)


def _stale(obj: models.Model, read: str, now: str) -> Reason:
    params = {"object": name_of(obj), "read": state_name(read), "now": state_name(now)}
    text = gettext(
        "%(object)s was %(read)s when it was read, but is %(now)s by now: another process was faster."
    )
    return Reason(
        code="stale",
        message=text % params,
        remedy=gettext("Read it again, and decide on what it is now."),
        params={"read": read, "now": now},
    )


def _set_initial(sender: type[models.Model], **_: object) -> None:
    if issubclass(sender, Stateful) and not sender._meta.abstract:
        sender._meta.get_field("state").default = sender.initial_state


def _release_with_row(*, instance: models.Model, using: str, **_: object) -> None:
    release_state_locks(instance, using=using)


def _watch_deletions(sender: type[models.Model], **_: object) -> None:
    """Only where a state keeps a lock: it costs a query for each row."""
    if issubclass(sender, Stateful) and any(each.holds for each in transitions_of(sender).values()):
        for each in sender.__mro__:
            if issubclass(each, Stateful) and not each._meta.abstract:
                post_delete.connect(_release_with_row, sender=each, dispatch_uid=f"fsmlock.{id(each)}")


class_prepared.connect(_watch_deletions, dispatch_uid="fsmlock.deletions")
class_prepared.connect(_set_initial, dispatch_uid="fsmlock.stateful")
