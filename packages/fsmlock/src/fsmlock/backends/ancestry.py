"""Compare what a claim assumes about its objects' ancestors with their rows."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections, models

from fsmlock.ancestors import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fsmlock.rules import Claim, Keys

#: The most objects that one query asks for.
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyQuery:
    """SQL that reads the keys of an object of a model and of its ancestors: see ``rules.Keys``."""

    tables: str
    columns: tuple[str, ...]
    #: The fields of the keys, which know how the database writes them.
    fields: tuple[models.Field[object, object], ...]
    using: str

    def prepare(self, keys: Keys) -> list[Any]:
        """The keys as the database stores them."""
        connection = connections[self.using]
        return [
            None if key is None else field.get_db_prep_value(key, connection)
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


def assumed(claim: Claim) -> dict[type[models.Model], list[Keys]]:
    """The keys that a claim assumes, each once, by the model of the objects."""
    found: dict[type[models.Model], dict[Keys, None]] = {}
    for request in claim.requests:
        if request.inherited and request.ancestry is not None:
            found.setdefault(request.ancestry.model, {})[request.ancestry.keys] = None
    return {model: list(keys) for model, keys in found.items()}


def check_sql(
    claim: Claim, using: str, condition: Callable[[KeyQuery, int], str]
) -> tuple[list[str], list[str]]:
    """SQL conditions that the rows are as the claim assumes, and for each its keys as JSON.

    ``condition`` writes the one for a model in the dialect of the database; it gets the number of the keys.
    """
    conditions, parameters = [], []
    for n, (model, keys) in enumerate(assumed(claim).items()):
        query = key_query(model, using)
        conditions.append(condition(query, n))
        parameters.append(json.dumps([query.prepare(each) for each in keys], default=str))
    return conditions, parameters


def is_current(claim: Claim, *, using: str) -> bool:
    """Whether the rows are as the claim assumes, for a store that can't see them in its own decision."""
    return all(
        set(_prepared(query, keys)) <= set(_stored(query, keys))
        for model, keys in assumed(claim).items()
        for query in (key_query(model, using),)
    )


def _prepared(query: KeyQuery, keys: Sequence[Keys]) -> Iterator[tuple[str, ...]]:
    for each in keys:
        yield tuple(map(str, query.prepare(each)))


def _stored(query: KeyQuery, keys: Sequence[Keys]) -> Iterator[tuple[str, ...]]:
    own = [query.prepare(each)[0] for each in keys]
    for start in range(0, len(own), _CHUNK):
        chunk = own[start : start + _CHUNK]
        marks = ", ".join(["%s"] * len(chunk))
        sql = (
            f"SELECT {', '.join(query.columns)} FROM {query.tables}"  # noqa: S608 - names from models only
            f" WHERE {query.columns[0]} IN ({marks})"
        )
        with connections[query.using].cursor() as cursor:
            cursor.execute(sql, chunk)
            for row in cursor.fetchall():
                yield tuple(map(str, row))
