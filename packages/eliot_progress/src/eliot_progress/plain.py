"""Turns any value into plain ones (text, numbers, lists, dicts), a level at a time, for the log."""

from __future__ import annotations

import sys
from collections import UserList, deque
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from contextlib import ExitStack, contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eliot.json import json_default

from eliot_progress import interruptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Types whose values are written as they are and hold no text of anybody.
ATOMS = frozenset({int, float, bool, type(None), datetime, date, time, UUID})
#: All types that `plain` returns. What is inside a list, tuple or dict may be unusual still.
PLAIN = ATOMS | {str, dict, list, tuple}
#: An enum's value may be a dataclass, whose value may be ...
_STEPS = 4


def plain(value: object) -> object:
    """Return a value of one of the types in PLAIN. Never raises by itself, and never asks a database.

    Dataclasses, named tuples and mappings become dicts, other collections lists, and objects what `repr`
    says.
    """
    try:
        for _ in range(_STEPS):
            if type(value) in PLAIN:
                return value
            value = _step(value)
    except Exception as error:  # noqa: BLE001 - a field may fail in any way; the rest of the message is still useful
        interruptions.reraise(error)
    return value if type(value) in PLAIN else f"<{type(value).__name__}>"


def _step(value: Any) -> object:  # noqa: ANN401 - a value of the author
    kind = type(value)  # isinstance() would make Django's lazy objects ask their database
    if is_dataclass(kind):
        return {each.name: getattr(value, each.name, None) for each in fields(kind)}
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return dict(zip(kind._fields, value, strict=False))
    for kinds, convert in _CONVERSIONS:
        if issubclass(kind, kinds):
            return convert(value)
    models = sys.modules.get("django.db.models")
    if models is not None and issubclass(kind, models.QuerySet):
        return f"<{kind.__name__} of {value.model._meta.label}>"
    with _no_sql():
        return json_default(value)


_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...] = (
    (Enum, lambda value: value.value),
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).decode("utf-8", "backslashreplace")),
    (Mapping, lambda value: dict(value.items())),
    ((list, tuple, set, frozenset, deque, UserList, KeysView, ValuesView, ItemsView), list),
)


@contextmanager
def _no_sql() -> Iterator[None]:
    """Let this thread's queries fail: a model's `__str__`, a page or a form may begin one."""
    db = sys.modules.get("django.db")
    with ExitStack() as stack:
        for connection in _connections(db) if db is not None else ():
            stack.enter_context(connection.execute_wrapper(_refuse))
        yield


def _connections(db: Any) -> list[Any]:  # noqa: ANN401 - Django's module, which this one does not import
    try:
        return list(db.connections.all())
    except Exception:  # noqa: BLE001 - Django is not configured, so it has no databases
        return []


def _refuse(*_: object) -> None:
    raise LookupError("Logging a value must not ask the database.")
