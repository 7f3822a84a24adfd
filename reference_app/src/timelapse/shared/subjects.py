"""What a hold, a task or its progress is about: an object, by a name such as ``rendering.Movie:7``.

The packages know these names only. Each app declares how its objects are found and who may read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from timelapse.shared.access import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.contrib.auth.models import User
    from django.db.models import Model, QuerySet

    from timelapse.shared.access import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the objects of a model are found, and who may read them."""

    rows: Callable[[], QuerySet[Any]]
    rule: Rule


_kinds: dict[str, Kind] = {}
_tasks: list[Callable[[list[str]], Mapping[str, Model]]] = []


def declare(model: type[Model], rows: Callable[[], QuerySet[Any]], rule: Rule) -> None:
    """Let the objects of a model be found by their names: those that ``rows`` contains."""
    _kinds[model._meta.label_lower] = Kind(rows=rows, rule=rule)


def declare_tasks(find: Callable[[list[str]], Mapping[str, Model]]) -> None:
    """Let objects be found by their tasks: ``find`` returns the object of each task id that it knows."""
    _tasks.append(find)


def of_names(names: list[str]) -> dict[str, Model]:
    """Return the object of each name, with one query for each model; without those that don't exist."""
    keys: dict[str, dict[str, list[str]]] = {}
    for name in names:
        label, _, key = name.partition(":")
        if label.lower() in _kinds:
            keys.setdefault(label.lower(), {}).setdefault(key, []).append(name)
    found = ((row, by_key[str(row.pk)]) for label, by_key in keys.items() for row in _rows(label, by_key))
    return {name: row for row, same in found for name in same}


def by_id(type_name: str, key: str) -> Model | None:
    """Return the object of a global id: the GraphQL types have the names of their models."""
    labels = [label for label in _kinds if label.partition(".")[2] == type_name.lower()]
    return next((row for label in labels for row in _rows(label, [key])), None)


def of_tasks(task_ids: list[str]) -> dict[str, Model]:
    """Return the object of each task that has one."""
    return {task_id: row for find in _tasks for task_id, row in find(task_ids).items()}


def may_read(row: Model, user: User | None) -> bool:
    """Return whether the user may read an object that was found by its name or its task."""
    return refusal(_kinds[row._meta.label_lower].rule, user) is None


def _rows(label: str, keys: Iterable[str]) -> list[Model]:
    rows = _kinds[label].rows()
    usable = [key for key in keys if _is_key(rows.model, key)]
    return list(rows.filter(pk__in=usable)) if usable else []


def _is_key(model: type[Model], key: str) -> bool:
    try:
        return str(model._meta.pk.to_python(key)) == key
    except ValidationError:
        return False
