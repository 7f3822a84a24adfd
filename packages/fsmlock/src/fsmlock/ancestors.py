"""The ancestors of an object, whose locks it inherits, and what a request for one of its locks needs.

Which ancestors an object has is decided from the rows. What an instance remembers, or has changed without
saving it, is only a first guess that costs no query: the store compares it with the rows in the step that
decides, and refuses a wrong one as ``stale``.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple, cast

from django.db import models, router

from fsmlock.chunks import chunks
from fsmlock.errors import ConfigurationError
from fsmlock.locks import Locks, as_key, locks_of, own_key, owner, resource
from fsmlock.rules import Ancestry, InheritedLock, LockRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fsmlock.rules import Keys


class _Link(NamedTuple):
    """One level of inheritance."""

    #: The foreign key, the attribute that stores it, and whether that is the key that names the ancestor.
    name: str
    attname: str
    is_key: bool
    #: The path from the object to the key that names its ancestor.
    path: str
    #: The model that names the ancestor with its label, and the inherited names of locks.
    owner: type[models.Model]
    label: str
    names: frozenset[str]


class RowGoneError(LookupError):
    """The row of an object was deleted by somebody else. ``resource`` names the object."""

    def __init__(self, resource: str) -> None:
        self.resource = resource
        super().__init__(resource)


def lock_requests(objects: Sequence[models.Model], locks: Sequence[str]) -> tuple[LockRequest, ...]:
    """What the store needs to know to grant each of the locks on each of the objects.

    It costs no query where the instances remember their ancestors, otherwise one for each model. Raises
    RowGoneError.
    """
    compatible = [[locks_of(type(obj))[lock].together_with for lock in locks] for obj in objects]
    found = []
    for obj, each, ancestry in zip(objects, compatible, ancestries(objects), strict=True):
        name = resource(obj)
        for lock, names in zip(locks, each, strict=True):
            found.append(_request(name, lock, names, ancestry))
    return tuple(found)


def lock_request(obj: models.Model, lock: str, ancestry: Ancestry | None) -> LockRequest:
    """What the store needs to know to grant ``lock`` on ``obj``, which has these ancestors."""
    return _request(resource(obj), lock, locks_of(type(obj))[lock].together_with, ancestry)


def reread(requests: Sequence[LockRequest], *, using: str) -> tuple[LockRequest, ...]:
    """The same requests with the ancestors that the rows have now. Raises RowGoneError."""
    known = [request.ancestry for request in requests]
    own: dict[type[models.Model], list[object]] = {}
    for ancestry in known:
        if ancestry is not None:
            own.setdefault(ancestry.model, []).append(ancestry.keys[0])
    rows = {model: _read(model, keys, using) for model, keys in own.items()}
    return tuple(
        _request(r.resource, r.lock, r.compatible_with, a and rows[a.model](a.keys[0]))
        for r, a in zip(requests, known, strict=True)
    )


def ancestries(objects: Sequence[models.Model], *, from_rows: bool = False) -> list[Ancestry | None]:
    """What each object inherits from; None for one whose model inherits nothing.

    ``from_rows``: don't trust what the instances remember. Raises RowGoneError.
    """
    found = []
    for each in ancestries_or_gone(objects, from_rows=from_rows):
        if isinstance(each, RowGoneError):
            raise each
        found.append(each)
    return found


def ancestries_or_gone(
    objects: Sequence[models.Model], *, from_rows: bool = False
) -> list[Ancestry | RowGoneError | None]:
    """The same, with the error in the place of each object whose row is gone."""
    found: list[Ancestry | RowGoneError | None] = []
    missing: dict[tuple[type[models.Model], str], list[int]] = {}
    for n, obj in enumerate(objects):
        model = owner(type(obj))
        links = _links(model)
        keys = None if from_rows or not links else _remembered(obj, model, links)
        found.append(Ancestry(model=model, keys=keys) if keys else None)
        if links and keys is None:
            missing.setdefault((model, router.db_for_write(type(obj), instance=obj)), []).append(n)
    for (model, using), numbers in missing.items():
        own = [own_key(objects[n], model) for n in numbers]
        stored = _read(model, own, using)
        for n, key in zip(numbers, own, strict=True):
            try:
                found[n] = stored(key)
            except RowGoneError as gone:
                found[n] = gone
    return found


def parents(
    objects: Sequence[models.Model], *, from_rows: bool = False
) -> list[list[tuple[str, frozenset[str]]]]:
    """The resources of each object's ancestors, nearest first, with the lock names inherited from them.

    An object whose row is gone has none.
    """
    found = ancestries_or_gone(objects, from_rows=from_rows)
    return [[] if isinstance(each, RowGoneError) else _named(each) for each in found]


def paths(model: type[models.Model]) -> tuple[str, ...]:
    """The paths to the keys of an object of ``model`` and its ancestors, in the order of Ancestry.keys."""
    return (model._meta.pk.name, *(link.path for link in _links(model)))


def inheriting_models(model: type[models.Model]) -> list[type[models.Model]]:
    """The models on the way from an object of ``model`` to its last ancestor that have a parent."""
    model = owner(model)
    links = _links(model)
    return [model, *(link.owner for link in links[:-1])] if links else []


def _request(name: str, lock: str, compatible: frozenset[str], ancestry: Ancestry | None) -> LockRequest:
    if ancestry is None:
        return LockRequest(name, lock, compatible)
    inherited = [
        InheritedLock(each, left) for each, names in _named(ancestry) if (left := names - compatible)
    ]
    return LockRequest(name, lock, compatible, tuple(inherited), ancestry)


def _named(ancestry: Ancestry | None) -> list[tuple[str, frozenset[str]]]:
    if ancestry is None:
        return []
    links = zip(_links(ancestry.model), ancestry.keys[1:], strict=True)
    return [(f"{link.label}:{key}", link.names) for link, key in links if key is not None]


def _remembered(obj: models.Model, model: type[models.Model], links: Sequence[_Link]) -> Keys | None:
    """The keys as far as the object and the instances that it has loaded know them; None if they don't."""
    keys: list[object] = [own_key(obj, model)]
    step: models.Model | None = obj
    for link in links:
        if step is None or link.attname not in step.__dict__:  # not loaded, or deferred
            return None
        stored = step.__dict__[link.attname]
        if stored is None:
            return (*keys, *[None] * (len(links) + 1 - len(keys)))
        above = step._state.fields_cache.get(link.name)
        if link.is_key:
            keys.append(as_key(stored, link.owner))
        elif above is not None:
            keys.append(own_key(above, link.owner))
        else:
            return None
        step = above
    return tuple(keys)


def _points_at(key: models.ForeignKey[models.Model, models.Model], model: type[models.Model]) -> bool:
    """Whether the foreign key stores the primary key of ``model``."""
    target = key.target_field
    while target != model._meta.pk and isinstance(target, models.ForeignKey):
        target = target.target_field
    return bool(target == model._meta.pk)


def _read(model: type[models.Model], own: Sequence[object], using: str) -> Callable[[object], Ancestry]:
    """Read the rows with these keys and those of their ancestors. Returns what answers for one key.

    It asks no manager, which might hide rows.
    """
    rows: models.QuerySet[models.Model] = models.QuerySet(model=model, using=using).order_by()
    found = {}
    for some in chunks(own):
        found.update({row[0]: row for row in rows.filter(pk__in=some).values_list(*paths(model))})

    def ancestry(key: object) -> Ancestry:
        if key not in found:
            raise RowGoneError(f"{model._meta.label_lower}:{key}")
        return Ancestry(model=model, keys=found[key])

    return ancestry


def _foreign_key(model: type[models.Model], name: str) -> models.ForeignKey[models.Model, models.Model]:
    return cast("models.ForeignKey[models.Model, models.Model]", model._meta.get_field(name))


@functools.cache
def _links(model: type[models.Model]) -> tuple[_Link, ...]:
    """The chain of parents of a model. It is the same for all of its objects, so it is cached."""
    links: list[_Link] = []
    locks = getattr(model, "locks", None)
    inherited: frozenset[str] | None = None
    seen = {model}
    path = ""
    while isinstance(locks, Locks) and locks.inherit_from:
        inherited = locks.inherits if inherited is None else inherited & locks.inherits
        if not inherited:
            break
        key = _foreign_key(model, locks.inherit_from)
        model = owner(key.related_model)
        if model in seen:
            raise ConfigurationError(f"{model.__name__} inherits its locks from itself. Run manage.py check.")
        seen.add(model)
        path += f"{locks.inherit_from}__"
        links.append(
            _Link(
                name=key.name,
                attname=key.attname,
                is_key=_points_at(key, model),
                path=f"{path}{model._meta.pk.name}",
                owner=model,
                label=model._meta.label_lower,
                names=inherited,
            )
        )
        locks = getattr(model, "locks", None)
    return tuple(links)
