"""Declare locks on a model, and name its objects for locking."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from fsmlock.errors import ConfigurationError
from fsmlock.reasons import did_you_mean
from fsmlock.rules import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models


#: The width of the column in the database backend.
_MAX_RESOURCE_LENGTH = 200


@dataclass(frozen=True, slots=True, init=False)
class Lock:
    """A lock. Only the locks named in ``together_with`` may be held on the object at the same time."""

    name: str
    together_with: frozenset[str]

    def __init__(self, name: str, *, together_with: Iterable[str] = ()) -> None:
        _refuse_text("together_with", together_with)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "together_with", frozenset(together_with))


class Locks:
    """The locks of a model. Write ``locks = Locks(Lock("ingest"), Lock("render"))`` in its class body.

    ``inherit_from`` names the foreign key to the parent. ``inherits`` names the parent's locks that apply to
    the child too.
    """

    def __init__(self, *locks: Lock, inherit_from: str | None = None, inherits: Iterable[str] = ()) -> None:
        _refuse_text("inherits", inherits)
        self.by_name = {lock.name: lock for lock in locks}
        self.inherit_from = inherit_from
        self.inherits = frozenset(inherits)
        self.model: type[models.Model] | None = None
        self._validate(locks)

    def _validate(self, locks: tuple[Lock, ...]) -> None:
        for lock in locks:
            if not lock.name or not lock.name.isprintable() or len(lock.name) > 100:
                raise ConfigurationError(
                    f"{lock.name!r} is not a valid lock name: use 1 to 100 printable characters."
                )
        if len(self.by_name) != len(locks):
            raise ConfigurationError("Locks(...) names a lock twice. Keep one of them.")
        if EVERYTHING in self.by_name:
            raise ConfigurationError(
                f"{EVERYTHING!r} is the lock that every model has. Choose another name for yours."
            )
        if bool(self.inherit_from) != bool(self.inherits):
            raise ConfigurationError(
                "Locks(inherit_from=..., inherits=...) go together: the foreign key to the parent, and the"
                " names of its locks that apply to the child too."
            )
        for lock in locks:
            self._validate_compatibility(lock)

    def _validate_compatibility(self, lock: Lock) -> None:
        for other in sorted(lock.together_with & set(self.by_name)):
            if lock.name not in self.by_name[other].together_with:
                raise ConfigurationError(
                    f"Lock({lock.name!r}) goes together with {other!r}, but not the other way round."
                    f" Write Lock({other!r}, together_with={{{lock.name!r}}}) too."
                )
        unknown = sorted(lock.together_with - set(self.by_name) - self.inherits)
        if unknown:
            raise ConfigurationError(
                f"Lock({lock.name!r}) goes together with {unknown[0]!r}, which is not declared."
                f"{did_you_mean(unknown[0], set(self.by_name) | self.inherits)}"
            )

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Attach the declaration to the model; called by Django."""
        if name != "locks":
            raise ConfigurationError(
                f"{cls.__name__}.{name} = Locks(...) would do nothing. Write locks = Locks(...), once."
            )
        setattr(cls, name, self)

    def __getitem__(self, name: str) -> Lock:
        if name == EVERYTHING:
            return Lock(EVERYTHING)
        try:
            return self.by_name[name]
        except KeyError:
            raise ConfigurationError(
                f"There is no lock {name!r}.{did_you_mean(name, self.by_name)}"
            ) from None


def _refuse_text(name: str, value: Iterable[str]) -> None:
    """A text is iterable, too: by its letters."""
    if isinstance(value, str):
        raise ConfigurationError(f"{name}={value!r} must be a set of names. Write {name}={{{value!r}}}.")


@functools.cache
def owner(model: type[models.Model]) -> type[models.Model]:
    """The concrete model that declares the locks, so that an object has one name in all of its classes."""
    concrete = model._meta.concrete_model or model
    for parent in reversed(concrete.__mro__):
        meta = getattr(parent, "_meta", None)
        if meta is not None and not meta.abstract and isinstance(getattr(parent, "locks", None), Locks):
            return meta.concrete_model or parent
    return concrete


def resource(obj: models.Model) -> str:
    """The name of an object for locking: ``app.model:pk``. Raises ConfigurationError if it isn't saved."""
    if obj.pk is None or (obj._state.adding and obj._state.db is None):
        raise ConfigurationError(
            f"This {obj._meta.verbose_name} isn't saved, or was deleted: no other process can see it."
            " Save it first, then hold it."
        )
    model = owner(type(obj))
    name = f"{model._meta.label_lower}:{own_key(obj, model)}"
    if not name.isprintable() or len(name) > _MAX_RESOURCE_LENGTH:
        raise ConfigurationError(
            f"{name!r} can't be held: use a printable key of at most {_MAX_RESOURCE_LENGTH} characters."
        )
    return name


def own_key(obj: models.Model, model: type[models.Model]) -> object:
    """The key of an object in the table of ``model``, its owner; the same value however it was assigned."""
    return as_key(getattr(obj, model._meta.pk.attname), model)


def as_key(value: object, model: type[models.Model]) -> object:
    """A primary key of ``model``; the same value however it was written."""
    try:
        return model._meta.pk.to_python(value)
    except ValidationError:
        return value


def locks_of(model: type[models.Model]) -> Locks:
    """The locks that a model declares. Raises ConfigurationError when it declares none."""
    locks = getattr(model, "locks", None)
    if not isinstance(locks, Locks):
        raise ConfigurationError(
            f"{model.__name__} declares no locks. Add locks = Locks(Lock(...)) to the model."
        )
    return locks
