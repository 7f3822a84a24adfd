"""Compare what a claim assumes about its objects' ancestors with their rows."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connections, models

from fsmlock.ancestors import paths
from fsmlock.backends.kept_cursor import KeptCursor
from fsmlock.chunks import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fsmlock.rules import Claim, Keys

#: With keys of kinds that JSON doesn't know. Made once: that takes longer than to encode.
encode = json.JSONEncoder(default=str).encode


@dataclass(
    frozen=True, slots=True, kw_only=True, eq=False
)  # compared and hashed by identity: one for each model
class KeyQuery:
    """SQL that reads the keys of an object of a model and of its ancestors: see ``rules.Keys``."""

    tables: str
    columns: tuple[str, ...]
    #: The fields of the keys, which know how the database writes them.
    fields: tuple[models.Field[object, object], ...]
    using: str

    def prepare(self, keys: Keys) -> list[Any]:
        """The keys as the database stores them."""
        return [
            key if key is None or type(key) is int else field.get_db_prep_value(key, connections[self.using])
            for field, key in zip(self.fields, keys, strict=True)
        ]

    def types(self) -> list[str]:
        """The database's types of the columns, without a length."""
        connection = connections[self.using]
        return [(field.cast_db_type(connection) or "").partition("(")[0] for field in self.fields]


@functools.cache
def key_query(model: type[models.Model], using: str) -> KeyQuery:
    """The query for a model on a database. Django writes its joins; it is the same for all objects."""
    names = paths(model)
    query = models.QuerySet(model=model, using=using).order_by().values_list(*names).query
    compiler = query.get_compiler(using)
    sql, _ = compiler.as_sql()
    return KeyQuery(
        tables=sql.partition(" FROM ")[2],
        columns=tuple(column for _, (column, _), _ in compiler.select),
        fields=tuple(column.target for column, _, _ in compiler.select),
        using=using,
    )


class Condition(Protocol):
    """Writes the condition that the rows of a model's objects are as a claim assumes."""

    def __call__(self, query: KeyQuery, number: int, *, one: bool) -> str:
        """``number``: which of the parameters has the keys. ``one``: there is one object."""
        ...


def assumed(claim: Claim) -> dict[type[models.Model], list[Keys]]:
    """The keys that a claim assumes, each once, by the model of the objects."""
    found: dict[type[models.Model], dict[Keys, None]] = {}
    for request in claim.requests:
        if request.inherited and request.ancestry is not None:
            found.setdefault(request.ancestry.model, {})[request.ancestry.keys] = None
    return {model: list(keys) for model, keys in found.items()}


def check_sql(claim: Claim, using: str, condition: Condition) -> tuple[list[str], list[str]]:
    """SQL conditions that the rows are as the claim assumes, and for each its keys as JSON.

    ``condition`` writes the one for a model in the dialect of the database. It should be cached.
    """
    conditions, parameters = [], []
    for n, (model, keys) in enumerate(assumed(claim).items()):
        query = key_query(model, using)
        conditions.append(condition(query, n, one=len(keys) == 1))
        parameters.append(encode([query.prepare(each) for each in keys]))
    return conditions, parameters


def is_current(claim: Claim, *, using: str) -> bool:
    """Whether the rows are as the claim assumes, for a store that can't see them in its own decision."""
    return all(_are_current(key_query(model, using), keys) for model, keys in assumed(claim).items())


def _are_current(query: KeyQuery, keys: Sequence[Keys]) -> bool:
    wanted = [tuple(query.prepare(each)) for each in keys]
    for some in chunks(wanted):
        with KeptCursor(connections[query.using]) as cursor:
            cursor.execute(_select(query, len(some)), {f"k{n}": each[0] for n, each in enumerate(some)})
            stored = cursor.fetchall()
        if stored != some and not _texts(some) <= _texts(stored):
            return False
    return True


def _texts(rows: Iterable[tuple[object, ...]]) -> set[tuple[str, ...]]:
    """Rows that can be compared whatever type the driver gives a key."""
    return {tuple(map(str, row)) for row in rows}


@functools.lru_cache(256)
def _select(query: KeyQuery, count: int) -> str:
    """The statement for so many objects. Its parameters have names, which Django converts fast."""
    names = ", ".join(f"%(k{n})s" for n in range(count))
    return (
        f"SELECT {', '.join(query.columns)} FROM {query.tables}"  # noqa: S608 - names from models only
        f" WHERE {query.columns[0]} IN ({names})"
    )
