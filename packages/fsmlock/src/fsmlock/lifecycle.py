"""States on a model: a protected django-fsm field, transitions that say why not, and saves that compare and set."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias, TypeVar, cast

import django_fsm
from django.db import models, transaction
from django.db.models.signals import class_prepared

from fsmlock import signals
from fsmlock.errors import StaleState
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

Condition: TypeAlias = Callable[[Any], "Reason | bool | None"]
Permission: TypeAlias = "str | Callable[[Any, User | AnonymousUser], bool]"
_Method = TypeVar("_Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A transition as declared: from any of ``source`` to ``target``, by calling the method ``name``."""

    name: str
    source: tuple[str, ...]
    target: str
    label: str
    needs: str | None
    conditions: tuple[Condition, ...]
    permission: Permission | None
    internal: bool

    def leaves(self, state: str) -> bool:
        """Can it be taken from this state?"""
        return "*" in self.source or state in self.source


def judge(condition: Condition, obj: models.Model) -> Reason | None:
    """What a condition says: new ones answer a Reason or None, those of plain django-fsm True or False."""
    answer = condition(obj)
    if answer is None or answer is True:
        return None
    if isinstance(answer, Reason):
        return answer
    name = getattr(condition, "__name__", type(condition).__name__)
    said = (getattr(condition, "__doc__", None) or "").strip().split("\n")[0]
    return Reason(
        code=name,
        message=f"The condition {name.replace('_', ' ')} is not met{f': {said}' if said else '.'}",
        remedy="Make it true, then try again.",
        params={"condition": name},
    )


def transition(
    *,
    source: str | Sequence[str],
    target: str,
    needs: str | None = None,
    label: str = "",
    conditions: Iterable[Condition] = (),
    permission: Permission | None = None,
    internal: bool = False,
    on_error: str | None = None,
    field: str = "state",
) -> Callable[[_Method], _Method]:
    """Make a method of a Lifecycle model a transition. Calling it raises TransitionRefused with every reason.

    ``needs`` names a lock which nobody else may hold then, ``label`` what a button says. ``conditions`` take
    the object and answer None or a Reason. ``internal`` transitions are for the program, never offered to people.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)

    def decorate(method: _Method) -> _Method:
        arrow = Arrow(
            name=method.__name__,
            source=sources,
            target=target,
            label=label or method.__name__.replace("_", " ").capitalize(),
            needs=needs,
            conditions=tuple(conditions),
            permission=permission,
            internal=internal,
        )
        plain: list[Callable[[models.Model], bool]] = [
            functools.partial(_met, condition) for condition in arrow.conditions
        ]
        change = django_fsm.transition(
            field=field, source=list(sources), target=target, on_error=on_error, conditions=plain
        )(method)

        @functools.wraps(change)
        def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
            from fsmlock.explanations import refuse  # noqa: PLC0415 - explain reads arrows, arrows ask explain

            refuse(self, arrow)
            before = self.state
            self.__dict__["_fsmlock_judged"] = True
            try:
                result = change(self, *args, **kwargs)
            finally:
                self.__dict__.pop("_fsmlock_judged", None)
                self.__dict__.setdefault("_fsmlock_moves", []).append((arrow.name, before, self.state))
            return result

        checked._fsmlock = arrow  # type: ignore[attr-defined]
        return cast("_Method", checked)

    return decorate


def _met(condition: Condition, obj: models.Model) -> bool:
    """For django-fsm's own questions; within a transition everything has been judged already, once."""
    return "_fsmlock_judged" in obj.__dict__ or judge(condition, obj) is None


def arrows(model: type[models.Model]) -> dict[str, Arrow]:
    """All transitions of a model by name, in the order of declaration, base classes first."""
    found: dict[str, Arrow] = {}
    for cls in reversed(model.__mro__):
        for name, value in vars(cls).items():
            arrow = getattr(value, "_fsmlock", None)
            if isinstance(arrow, Arrow):
                found[name] = arrow
            elif name in found:
                del found[name]
    return found


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


class Lifecycle(models.Model):
    """Gives a model a protected ``state`` with five base states. Subclass ``States`` to add your own."""

    class States:
        """initialising: being set up · ready · deleting: on its way out · deleted · failed: needs a person."""

        INITIALISING = "initialising"
        READY = "ready"
        DELETING = "deleting"
        DELETED = "deleted"
        FAILED = "failed"

    #: The state of a new object.
    initial_state: ClassVar[str] = States.INITIALISING

    state = StateField(default=States.INITIALISING, protected=True, db_index=True, max_length=50)

    class Meta:
        abstract = True

    @transition(source=States.INITIALISING, target=States.READY, internal=True)
    def initialise(self) -> None:
        """All that the object needs is there."""

    @transition(
        source=[States.INITIALISING, States.READY, States.FAILED], target=States.DELETING, internal=True
    )
    def start_deleting(self) -> None:
        """Somebody wants it gone: nothing new may start on it."""

    @transition(source=States.DELETING, target=States.DELETED, internal=True)
    def finish_deleting(self) -> None:
        """Nothing is left of it but this row."""

    @transition(
        source=[States.INITIALISING, States.READY, States.DELETING], target=States.FAILED, internal=True
    )
    def fail(self) -> None:
        """Something broke that needs a person."""

    @transition(source=States.FAILED, target=States.READY, internal=True)
    def recover(self) -> None:
        """It was repaired."""

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> Self:
        """Remember the state as read, to compare with on save."""
        instance = super().from_db(db, field_names, values, **more)
        instance.__dict__["_fsmlock_read"] = instance.__dict__.get("state")
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
            self.__dict__["_fsmlock_read"] = self.__dict__.get("state")
            self.__dict__.pop("_fsmlock_moves", None)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Django's; raises StaleState, and writes nothing, when another process changed the state meanwhile."""
        try:
            super().save(*args, **kwargs)
        except StaleState as stale:
            self._forgive(stale)
            raise
        self.__dict__["_fsmlock_read"] = self.__dict__.get("state")
        moves = self.__dict__.pop("_fsmlock_moves", [])
        if moves:
            transaction.on_commit(functools.partial(self._tell, moves), using=self._state.db, robust=True)

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

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *rest: Any, **more: Any) -> Any:
        read = self.__dict__.get("_fsmlock_read")
        writes_state = any(field.name == "state" for field, _, _ in values)
        if read is None or not writes_state:
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
    if issubclass(sender, Lifecycle) and not sender._meta.abstract:
        sender._meta.get_field("state").default = sender.initial_state


class_prepared.connect(_set_initial, dispatch_uid="fsmlock.lifecycle")
