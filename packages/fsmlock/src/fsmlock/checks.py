"""System checks: report wrong declarations and settings before the first request, with the remedy."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

import django_fsm
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name for it
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models, router
from django.utils.module_loading import import_string

from fsmlock import backends, conf
from fsmlock.backends.sqlite import begins_deferred
from fsmlock.declarations import Operation, actions_of, declared_operation, transitions_of
from fsmlock.errors import StoreUnavailable
from fsmlock.kept_claims import locks_by_state
from fsmlock.lifecycle import Lifecycle
from fsmlock.locks import Locks, owner
from fsmlock.reasons import did_you_mean
from fsmlock.rules import EVERYTHING
from fsmlock.stateful import Stateful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.apps import AppConfig

_VENDORS = ("sqlite", "postgresql")
#: A shorter lease is refused by hold(), and each renewal costs a statement for every hold.
_SHORTEST = {"LEASE": timedelta(milliseconds=100), "NOTICE_WITHIN": timedelta(milliseconds=10)}


@register("fsmlock")
def check_settings(*, app_configs: Sequence[AppConfig] | None = None, **_: object) -> list[CheckMessage]:
    """E001: unknown setting. E002: path that can't be imported. E004: wrong value. E005, E006: wrong cache.

    W003: unfit database. W007: a mode of transactions in which holds fail now and then.
    """
    del app_configs
    return [*_keys(), *_values(), *_paths(), *_databases(), *_caches()]


@register("fsmlock", Tags.database)
def check_stores(*, databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """W005: the store of a database can't work yet. Run by ``check --database`` and by ``migrate``.

    It is a warning, since an error would keep ``migrate`` from running.
    """
    return [
        Warning(problem.message, hint=problem.remedy, id="fsmlock.W005")
        for alias in databases or ()
        for problem in backends.get().problems(alias)
    ]


@register("fsmlock", deploy=True)
def check_deployment(**_: object) -> list[CheckMessage]:
    """W006: the store is unfit for production, or can't be asked. Run by ``check --deploy``."""
    try:
        with backends.Answering("default"):
            problems = backends.get().deployment_problems()
    except StoreUnavailable as away:
        problems = away.reasons
    return [Warning(each.message, hint=each.remedy, id="fsmlock.W006") for each in problems]


@register("fsmlock")
def check_models(*, app_configs: Sequence[AppConfig] | None = None, **_: object) -> list[CheckMessage]:
    """E003, E010 to E016: declarations of locks. E020 to E026, W008: transitions, actions and states."""
    found: list[CheckMessage] = []
    for model in apps.get_models() if app_configs is None else _models_of(app_configs):
        found += _locks(model)
        found += [*_declared_locks(model), *_actions(model)]
        if issubclass(model, Stateful):
            found += [*_state_locks(model), *_states(model), *_fields(model)]
    return found


def _models_of(app_configs: Sequence[AppConfig]) -> list[type[models.Model]]:
    return [model for config in app_configs for model in config.get_models()]


def _keys() -> Iterator[CheckMessage]:
    known = [f.name for f in fields(conf.Settings)]
    for key in conf.configured():
        if key not in known:
            text = f"FSMLOCK[{key!r}] is not a setting.{did_you_mean(key, known)}"
            yield Error(text, hint="Correct the name, or remove it.", id="fsmlock.E001")


def _values() -> Iterator[CheckMessage]:
    for f in fields(conf.Settings):
        value, kind = getattr(conf.get(), f.name), type(f.default)
        if not isinstance(value, kind):
            text = f"FSMLOCK[{f.name!r}] = {value!r} is not a {kind.__name__}."
            yield Error(text, hint=f"Write e.g. {f.default!r}, the default.", id="fsmlock.E004")
        elif isinstance(value, timedelta) and (missed := _missed_range(f.name, value)):
            text = f"FSMLOCK[{f.name!r}] = {value!r} must be {missed}."
            yield Error(text, hint=f"Write e.g. {f.default!r}, the default.", id="fsmlock.E004")


def _missed_range(name: str, value: timedelta) -> str:
    """What a span of time must be and isn't; empty if it is."""
    least = _SHORTEST.get(name, timedelta(0))
    if value <= timedelta(0):
        return "greater than zero"
    if value < least:
        return f"at least {least.total_seconds():g} s"
    return "at most a year" if value > timedelta(days=365) else ""


def _paths() -> Iterator[CheckMessage]:
    for key in ("BACKEND", "ENQUEUE"):
        path = getattr(conf.get(), key)
        try:
            import_string(path) if path and isinstance(path, str) else None
        except ImportError as error:
            text = f"FSMLOCK[{key!r}] = {path!r} can't be imported: {error}."
            yield Error(text, hint="Correct the path, or install what it needs.", id="fsmlock.E002")


def _databases() -> Iterator[CheckMessage]:
    if conf.get().BACKEND != conf.Settings().BACKEND:
        return
    for alias in connections:
        engine = connections[alias].vendor
        if engine not in (*_VENDORS, "unknown"):
            yield Warning(
                f"The database backend of fsmlock doesn't work on {engine} (DATABASES[{alias!r}]).",
                hint="Hold only objects in SQLite or PostgreSQL, or use the backend for Redis (BACKEND).",
                id="fsmlock.W003",
            )
        elif engine == "sqlite" and begins_deferred(connections[alias]):
            yield Warning(
                "On SQLite a hold inside a transaction that has read fails while somebody else writes"
                f" (DATABASES[{alias!r}]).",
                hint='Add "OPTIONS": {"transaction_mode": "IMMEDIATE"}: a transaction then waits.',
                id="fsmlock.W007",
            )


def _caches() -> Iterator[CheckMessage]:
    alias = conf.get().CACHE
    if conf.get().BACKEND != "fsmlock.backends.redis.RedisBackend":
        return
    if alias not in settings.CACHES:
        yield Error(
            f"CACHES has no alias {alias!r}, in which FSMLOCK would store its holds.",
            hint="Add a django-redis cache with a database of its own, or name another in FSMLOCK['CACHE'].",
            id="fsmlock.E005",
        )
        return
    where = settings.CACHES[alias].get("LOCATION")
    for other in sorted(set(settings.CACHES) - {alias}):
        if settings.CACHES[other].get("LOCATION") == where:
            yield Error(
                f"The holds are in the database of CACHES[{other!r}]: clearing that cache loses them all.",
                hint=f"Give CACHES[{alias!r}] another database: another number at the end of its LOCATION.",
                id="fsmlock.E006",
            )


def _locks(model: type[models.Model]) -> Iterator[CheckMessage]:
    locks = getattr(model, "locks", None)
    if not isinstance(locks, Locks):
        return
    yield from _keys_of(model)
    yield from _other_classes(model, locks)
    if locks.inherit_from is None:
        return
    parent = _parent(model, locks.inherit_from)
    if parent is None:
        keys = [f.name for f in model._meta.get_fields() if isinstance(f, models.ForeignKey)]
        yield Error(
            f"{model.__name__} inherits locks from {locks.inherit_from!r}, which is not a foreign key of it."
            f"{did_you_mean(locks.inherit_from, keys)}",
            hint="Name a ForeignKey or OneToOneField. For a generic relation add a separate foreign key.",
            obj=model,
            id="fsmlock.E010",
        )
        return
    yield from _inherited(model, parent, locks)


def _keys_of(model: type[models.Model]) -> Iterator[CheckMessage]:
    if isinstance(model._meta.pk, models.CompositePrimaryKey):
        yield Error(
            f"{model.__name__} declares locks, and its primary key is composite.",
            hint="Give it a primary key of one field, and make the others a UniqueConstraint.",
            obj=model,
            id="fsmlock.E014",
        )
    engine = connections[router.db_for_write(model)].vendor
    if conf.get().BACKEND == conf.Settings().BACKEND and engine not in _VENDORS:
        yield Error(
            f"{model.__name__} declares locks, and lives in a database of {engine}, which can't store holds.",
            hint="Move it to SQLite or PostgreSQL, or store holds in Redis or Valkey (the setting BACKEND).",
            obj=model,
            id="fsmlock.E003",
        )


def _other_classes(model: type[models.Model], locks: Locks) -> Iterator[CheckMessage]:
    """Proxies and multi-table children are other classes of the same object, and must have the same locks."""
    blind = [
        base
        for base in (owner(model), *model._meta.get_parent_list())
        if getattr(base, "locks", None) is not locks
        and (
            base is owner(model)
            or issubclass(base, Stateful)
            or isinstance(getattr(base, "locks", None), Locks)
        )
    ]
    if blind:
        yield Error(
            f"{model.__name__} declares locks, but its objects are also of the class {blind[0].__name__},"
            " which does not know them.",
            hint=f"Declare all locks in {blind[0].__name__}. {model.__name__} has them too, then.",
            obj=model,
            id="fsmlock.E015",
        )


def _inherited(model: type[models.Model], parent: type[models.Model], locks: Locks) -> Iterator[CheckMessage]:
    theirs = getattr(parent, "locks", None)
    if not isinstance(theirs, Locks):
        yield Error(
            f"{model.__name__} inherits locks from {parent.__name__}, which declares none.",
            hint=f"Add locks = Locks(...) to {parent.__name__}, or remove inherit_from.",
            obj=model,
            id="fsmlock.E011",
        )
        return
    here, there = router.db_for_write(model), router.db_for_write(parent)
    if here != there:
        yield Error(
            f"{model.__name__} lives in the database {here!r} and inherits locks from {parent.__name__},"
            f" which lives in {there!r}: neither sees the holds on the other.",
            hint="Keep both in one database, or remove inherit_from and hold the parent explicitly.",
            obj=model,
            id="fsmlock.E016",
        )
    known = set(theirs.by_name) | theirs.inherits
    for name in sorted(locks.inherits - known):
        yield Error(
            f"{model.__name__} inherits the lock {name!r}, which {parent.__name__} doesn't have."
            f"{did_you_mean(name, known)}",
            hint="Correct the name in inherits.",
            obj=model,
            id="fsmlock.E012",
        )
    if _is_circular(model):
        yield Error(
            f"{model.__name__} inherits its locks from itself, through its parents.",
            hint="Inherit from another model, e.g. from the root of the tree through a separate foreign key.",
            obj=model,
            id="fsmlock.E013",
        )


def _parent(model: type[models.Model], name: str) -> type[models.Model] | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field.remote_field.model if isinstance(field, models.ForeignKey) else None


def _is_circular(model: type[models.Model]) -> bool:
    seen: set[type[models.Model]] = set()
    step: type[models.Model] | None = model
    while step is not None and step not in seen:
        seen.add(step)
        locks = getattr(step, "locks", None)
        step = _parent(step, locks.inherit_from) if isinstance(locks, Locks) and locks.inherit_from else None
    return step is not None


def _declared_locks(model: type[models.Model]) -> Iterator[CheckMessage]:
    locks = getattr(model, "locks", None)
    known = set(locks.by_name) if isinstance(locks, Locks) else set()
    named: list[tuple[Operation, str, str | None]] = []
    for each in transitions_of(model).values():
        named += [(each, "needs", each.needs), (each, "holds", each.holds)]
    named += [(each, "needs", lock) for each in actions_of(model).values() for lock in each.needs]
    for operation, verb, lock in named:
        if lock is not None and lock not in {*known, EVERYTHING}:
            yield Error(
                f"{model.__name__}.{operation.name} {verb} the lock {lock!r}, which isn't declared."
                f"{did_you_mean(lock, known)}",
                hint=f"Declare it: locks = Locks(Lock({lock!r})).",
                obj=model,
                id="fsmlock.E020",
            )


def _actions(model: type[models.Model]) -> Iterator[CheckMessage]:
    stateful = issubclass(model, Stateful)
    states = _declared_states(model) if stateful else set()
    for action in actions_of(model).values():
        if not stateful and action.source != ("*",):
            yield Error(
                f"{model.__name__}.{action.name} names the states {', '.join(action.source)},"
                f" but {model.__name__} has no states.",
                hint="Remove source, or derive the model from Lifecycle.",
                obj=model,
                id="fsmlock.E025",
            )
        if action.name in states:
            yield Error(
                f"{model.__name__}.{action.name} is an action, and {action.name!r} is a state too:"
                f" explain(..., to={action.name!r}) can't tell them apart.",
                hint="Rename one of them.",
                obj=model,
                id="fsmlock.E026",
            )
        for base in model.__mro__:
            hidden = declared_operation(vars(base).get(action.name))
            if hidden is not None and hidden.kind == "transition":
                yield Error(
                    f"{model.__name__}.{action.name} is an action, and hides the transition of that name"
                    f" of {base.__name__}.",
                    hint="Rename the action.",
                    obj=model,
                    id="fsmlock.E026",
                )


def _state_locks(model: type[Stateful]) -> Iterator[CheckMessage]:
    by_state = locks_by_state(model)
    for definition in transitions_of(model).values():
        target = definition.target
        if definition.holds != by_state.get(target) and set(definition.source) != {target}:
            yield Error(
                f"{model.__name__} holds the lock {by_state[target]!r} while it is {target},"
                f" but {definition.name} leads there too, and holds {definition.holds!r}.",
                hint=f"Write holds={by_state[target]!r} on {definition.name}, or choose another target.",
                obj=model,
                id="fsmlock.E023",
            )
    if model.initial_state in by_state:
        yield Error(
            f"{model.__name__} starts in the state {model.initial_state!r}, which holds a lock.",
            hint="Start in another state: only a transition takes a lock.",
            obj=model,
            id="fsmlock.E023",
        )


def _declared_states(model: type[models.Model]) -> set[str]:
    declared = getattr(model, "States", Lifecycle.States)
    return {
        value
        for name in dir(declared)
        if name.isupper() and isinstance(value := getattr(declared, name), str)
    }


def _states(model: type[Stateful]) -> Iterator[CheckMessage]:
    known = _declared_states(model)
    named: list[tuple[Operation, set[str]]] = [
        (each, {*each.states}) for each in transitions_of(model).values()
    ]
    named += [(each, {*each.source}) for each in actions_of(model).values()]
    for operation, states in named:
        for state in sorted(states - known - {"*"}):
            yield Error(
                f"{model.__name__}.{operation.name} names the state {state!r}, which isn't declared."
                f"{did_you_mean(state, known)}",
                hint=f"Add it to {model.__name__}.States, or correct the name.",
                obj=model,
                id="fsmlock.E021",
            )
    if model.initial_state not in known:
        yield Error(
            f"{model.__name__} starts in the state {model.initial_state!r}, which isn't declared."
            f"{did_you_mean(model.initial_state, known)}",
            hint=f"Add it to {model.__name__}.States, or correct initial_state.",
            obj=model,
            id="fsmlock.E024",
        )
    elif not any(
        each.starts_from(model.initial_state) and each.target != model.initial_state
        for each in transitions_of(model).values()
    ):
        yield Warning(
            f"{model.__name__} starts in the state {model.initial_state!r}, and no transition leads out.",
            hint=f"Declare one with source={model.initial_state!r}, or start in another (initial_state).",
            obj=model,
            id="fsmlock.W008",
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
