"""Declare locks on a model, and compute what holding one of them requires for an object."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from fsmlock.errors import ConfigurationError
from fsmlock.reasons import did_you_mean
from fsmlock.rules import EVERYTHING, InheritedLock, LockRequest

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
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "together_with", frozenset(together_with))


class Locks:
    """The locks of a model. Write ``locks = Locks(Lock("ingest"), Lock("render"))`` in its class body.

    ``inherit_from`` names the foreign key to the parent. ``inherits`` names the parent's locks that apply to
    the child too.
    """

    def __init__(self, *locks: Lock, inherit_from: str | None = None, inherits: Iterable[str] = ()) -> None:
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
    name = f"{_label(type(obj))}:{obj.pk}"
    if not name.isprintable() or len(name) > _MAX_RESOURCE_LENGTH:
        raise ConfigurationError(
            f"{name!r} can't be held: use a printable key of at most {_MAX_RESOURCE_LENGTH} characters."
        )
    return name


@functools.cache
def _label(model: type[models.Model]) -> str:
    return owner(model)._meta.label_lower


def locks_of(model: type[models.Model]) -> Locks:
    """The locks that a model declares. Raises ConfigurationError when it declares none."""
    locks = getattr(model, "locks", None)
    if not isinstance(locks, Locks):
        raise ConfigurationError(
            f"{model.__name__} declares no locks. Add locks = Locks(Lock(...)) to the model."
        )
    return locks


class _Link(NamedTuple):
    """One level of inheritance: the foreign key, the parent's label and the inherited lock names."""

    path: str
    attname: str
    label: str
    names: frozenset[str]


def parents(obj: models.Model) -> list[tuple[str, frozenset[str]]]:
    """The resources of the ancestors, nearest first, each with the lock names inherited from it.

    The nearest costs no query; a longer chain is read with one.
    """
    links = _links(type(obj))
    pairs = zip(links, _keys(obj, links), strict=True) if links else ()
    return [(f"{link.label}:{key}", link.names) for link, key in pairs if key is not None]


def _keys(obj: models.Model, links: tuple[_Link, ...]) -> list[object]:
    """The keys of the ancestors: from loaded instances where possible, the rest with one query."""
    keys: list[object] = []
    loaded: models.Model | None = obj
    for link in links:
        if loaded is None:
            return [*keys, *_read(obj, [link.path for link in links], len(keys))]
        keys.append(getattr(loaded, link.attname))
        if keys[-1] is None:
            return keys + [None] * (len(links) - len(keys))
        loaded = loaded._state.fields_cache.get(link.path)
    return keys


def _read(obj: models.Model, paths: list[str], start: int) -> tuple[object, ...]:
    rows = type(obj)._base_manager.db_manager(obj._state.db).filter(pk=obj.pk)
    return tuple(rows.values_list(*("__".join(paths[: n + 1]) for n in range(start, len(paths)))).get())


def _foreign_key(model: type[models.Model], name: str) -> models.ForeignKey[models.Model, models.Model]:
    return cast("models.ForeignKey[models.Model, models.Model]", model._meta.get_field(name))


@functools.cache
def _links(model: type[models.Model]) -> tuple[_Link, ...]:
    """The chain of parents of a model. It is the same for all of its objects, so it is cached."""
    links: list[_Link] = []
    locks = getattr(model, "locks", None)
    inherited: frozenset[str] | None = None
    seen = {model}
    while isinstance(locks, Locks) and locks.inherit_from:
        inherited = locks.inherits if inherited is None else inherited & locks.inherits
        if not inherited:
            break
        key = _foreign_key(model, locks.inherit_from)
        model = key.related_model
        if model in seen:
            raise ConfigurationError(f"{model.__name__} inherits its locks from itself. Run manage.py check.")
        seen.add(model)
        links.append(_Link(locks.inherit_from, key.attname, _label(model), inherited))
        locks = getattr(model, "locks", None)
    return tuple(links)


def lock_request(obj: models.Model, lock: str) -> LockRequest:
    """Return what the store needs to know to grant ``lock`` on ``obj``."""
    compatible = locks_of(type(obj))[lock].together_with
    inherited = tuple(
        InheritedLock(resource=key, names=names - compatible)
        for key, names in parents(obj)
        if names - compatible
    )
    return LockRequest(resource=resource(obj), lock=lock, compatible_with=compatible, inherited=inherited)
