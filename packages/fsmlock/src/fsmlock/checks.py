"""System checks: what can be refused before the first request is refused here, with the remedy."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import django_fsm
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name for it
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.module_loading import import_string

from fsmlock import conf
from fsmlock.arrows import arrows
from fsmlock.lifecycle import Lifecycle
from fsmlock.locks import Locks
from fsmlock.reasons import did_you_mean
from fsmlock.rules import EVERYTHING
from fsmlock.stateful import Stateful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.apps import AppConfig

_SUPPORTED = ("django.db.backends.sqlite3", "django.db.backends.postgresql")


@register("fsmlock")
def check_settings(*, app_configs: Sequence[AppConfig] | None = None, **_: object) -> list[CheckMessage]:
    """E001: a key that isn't a setting. E002: a dotted path that leads nowhere. W003: the database."""
    del app_configs
    return [*_keys(), *_paths(), *_databases()]


@register("fsmlock")
def check_models(*, app_configs: Sequence[AppConfig] | None = None, **_: object) -> list[CheckMessage]:
    """E010 to E013: declarations of locks. E020 to E022: transitions and states."""
    found: list[CheckMessage] = []
    for model in apps.get_models() if app_configs is None else _models_of(app_configs):
        found += _locks(model)
        if issubclass(model, Stateful):
            found += [*_needs(model), *_states(model), *_fields(model)]
    return found


def _models_of(app_configs: Sequence[AppConfig]) -> list[type[models.Model]]:
    return [model for config in app_configs for model in config.get_models()]


def _keys() -> Iterator[CheckMessage]:
    known = [f.name for f in fields(conf.Settings)]
    for key in conf.given():
        if key not in known:
            text = f"FSMLOCK[{key!r}] is not a setting.{did_you_mean(key, known)}"
            yield Error(text, hint="Correct the name, or remove it.", id="fsmlock.E001")


def _paths() -> Iterator[CheckMessage]:
    for key in ("BACKEND", "ENQUEUE"):
        path = getattr(conf.get(), key)
        try:
            import_string(path) if path else None
        except ImportError as error:
            text = f"FSMLOCK[{key!r}] = {path!r} can't be imported: {error}."
            yield Error(text, hint="Correct the path, or install what it needs.", id="fsmlock.E002")


def _databases() -> Iterator[CheckMessage]:
    if conf.get().BACKEND != conf.Settings().BACKEND:
        return
    for alias, database in settings.DATABASES.items():
        engine = str(database.get("ENGINE", ""))
        if engine and not engine.startswith(_SUPPORTED) and "dummy" not in engine:
            yield Warning(
                f"The database backend of fsmlock doesn't work on {engine} (DATABASES[{alias!r}]).",
                hint="Hold only objects of SQLite or PostgreSQL, or take the backend for Redis (BACKEND).",
                id="fsmlock.W003",
            )


def _locks(model: type[models.Model]) -> Iterator[CheckMessage]:
    locks = getattr(model, "locks", None)
    if not isinstance(locks, Locks) or locks.inherit_from is None:
        return
    parent = _parent(model, locks.inherit_from)
    if parent is None:
        keys = [f.name for f in model._meta.get_fields() if isinstance(f, models.ForeignKey)]
        yield Error(
            f"{model.__name__} inherits locks from {locks.inherit_from!r}, which is not a foreign key of it."
            f"{did_you_mean(locks.inherit_from, keys)}",
            hint="Name a ForeignKey or OneToOneField. For a generic relation add a key of its own.",
            obj=model,
            id="fsmlock.E010",
        )
        return
    yield from _inherited(model, parent, locks)


def _inherited(model: type[models.Model], parent: type[models.Model], locks: Locks) -> Iterator[CheckMessage]:
    theirs = getattr(parent, "locks", None)
    if not isinstance(theirs, Locks):
        yield Error(
            f"{model.__name__} inherits locks from {parent.__name__}, which declares none.",
            hint=f"Add locks = Locks(...) to {parent.__name__}, or take inherit_from away.",
            obj=model,
            id="fsmlock.E011",
        )
        return
    known = set(theirs.by_name) | theirs.inherits
    for name in sorted(locks.inherits - known):
        yield Error(
            f"{model.__name__} inherits the lock {name!r}, which {parent.__name__} doesn't have."
            f"{did_you_mean(name, known)}",
            hint="Correct the name in inherits.",
            obj=model,
            id="fsmlock.E012",
        )
    if _turns_round(model):
        yield Error(
            f"{model.__name__} inherits its locks from itself, in the end: there is no first ancestor.",
            hint="Inherit from another model, e.g. from the root of the tree by a foreign key of its own.",
            obj=model,
            id="fsmlock.E013",
        )


def _parent(model: type[models.Model], name: str) -> type[models.Model] | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field.remote_field.model if isinstance(field, models.ForeignKey) else None


def _turns_round(model: type[models.Model]) -> bool:
    seen: set[type[models.Model]] = set()
    step: type[models.Model] | None = model
    while step is not None and step not in seen:
        seen.add(step)
        locks = getattr(step, "locks", None)
        step = _parent(step, locks.inherit_from) if isinstance(locks, Locks) and locks.inherit_from else None
    return step is not None


def _needs(model: type[models.Model]) -> Iterator[CheckMessage]:
    locks = getattr(model, "locks", None)
    known = set(locks.by_name) if isinstance(locks, Locks) else set()
    for arrow in arrows(model).values():
        if arrow.needs is not None and arrow.needs not in {*known, EVERYTHING}:
            yield Error(
                f"{model.__name__}.{arrow.name} needs the lock {arrow.needs!r}, which isn't declared."
                f"{did_you_mean(arrow.needs, known)}",
                hint=f"Declare it: locks = Locks(Lock({arrow.needs!r})).",
                obj=model,
                id="fsmlock.E020",
            )


def _states(model: type[models.Model]) -> Iterator[CheckMessage]:
    declared = getattr(model, "States", Lifecycle.States)
    known = {
        value
        for name in dir(declared)
        if name.isupper() and isinstance(value := getattr(declared, name), str)
    }
    for arrow in arrows(model).values():
        for state in sorted({*arrow.source, arrow.target} - known - {"*"}):
            yield Error(
                f"{model.__name__}.{arrow.name} names the state {state!r}, which isn't declared."
                f"{did_you_mean(state, known)}",
                hint=f"Add it to {model.__name__}.States, or correct the name.",
                obj=model,
                id="fsmlock.E021",
            )


def _fields(model: type[models.Model]) -> Iterator[CheckMessage]:
    machines = [f.name for f in model._meta.get_fields() if isinstance(f, django_fsm.FSMFieldMixin)]
    if len(machines) > 1:
        yield Error(
            f"{model.__name__} has several state fields ({', '.join(machines)}); only `state` is guarded.",
            hint="Give the other machine a model of its own, with a OneToOneField to this one.",
            obj=model,
            id="fsmlock.E022",
        )
