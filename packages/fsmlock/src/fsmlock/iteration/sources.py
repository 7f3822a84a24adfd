"""Where the items come from, and how to find the place again: every item has a cursor that JSON can hold."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

from django.db import models
from django.db.models import QuerySet

from fsmlock.errors import ConfigurationError

Cursor: TypeAlias = "bool | int | float | str | list[Cursor] | dict[str, Cursor] | None"
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
M = TypeVar("M", bound=models.Model)


class Source(Protocol[T_co]):
    """Items in one stable order."""

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T_co]]:
        """The items behind the cursor (None: all), each with its own cursor."""
        ...

    def count(self) -> int | None:
        """How many items there are in all; None when that isn't known."""
        ...


class Rows(Generic[M]):
    """The rows of a queryset, by primary key or one other unique field. Rows are read ``chunk`` at a time."""

    def __init__(self, queryset: QuerySet[M], *, chunk: int = 500) -> None:
        self._field = _stable_order(queryset)
        self._queryset = queryset.order_by(self._field)
        self._chunk = chunk

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, M]]:
        """Reads on behind the last one, so that rows added meanwhile are found and none is skipped."""
        field = self._queryset.model._meta.pk if self._field == "pk" else None
        name = field.attname if field is not None else self._field
        while True:
            rows = (
                self._queryset if cursor is None else self._queryset.filter(**{f"{self._field}__gt": cursor})
            )
            page = list(rows[: self._chunk])
            for row in page:
                cursor = _plain(getattr(row, name))
                yield cursor, row
            if len(page) < self._chunk:
                return

    def count(self) -> int:
        """One query."""
        return self._queryset.count()


def _plain(value: object) -> Cursor:
    return value if isinstance(value, int | float | str) else str(value)


def _stable_order(queryset: QuerySet[Any]) -> str:
    model, query = queryset.model, queryset.query
    if query.is_sliced or query.combinator or queryset._fields is not None:  # type: ignore[attr-defined]
        raise ConfigurationError(
            f"An iteration over {model.__name__} can't go on in the middle of a slice, a union or values()."
            " Give it the whole queryset of objects, filtered as you like."
        )
    order = [str(name) for name in query.order_by] or ["pk"]
    if isinstance(model._meta.pk, models.CompositePrimaryKey) and order == ["pk"]:
        raise ConfigurationError(
            f"{model.__name__} has a composite primary key. Order by one unique field, so that the iteration"
            " finds its place again."
        )
    if len(order) == 1 and not order[0].startswith(("-", "?")):
        name = order[0]
        if name == "pk" or _is_unique(model._meta.get_field(name)):
            return name
    raise ConfigurationError(
        f"An iteration over {model.__name__} ordered by {', '.join(order)} can't find its place again."
        " Order by the primary key, or by one unique field that is never null, ascending."
    )


def _is_unique(field: object) -> bool:
    return bool(getattr(field, "unique", False)) and not getattr(field, "null", False)


class Listed(Generic[T]):
    """A list or another sequence; the cursor is the index."""

    def __init__(self, items: Sequence[T]) -> None:
        self._items = items

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Starts right behind the index."""
        start = 0 if cursor is None else cast("int", cursor) + 1
        for index in range(start, len(self._items)):
            yield index, self._items[index]

    def count(self) -> int:
        """Its length."""
        return len(self._items)


class Counted(Generic[T]):
    """Any iterable that gives the same items in the same order each time; resuming skips what was done."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Reads over the items that were done."""
        start = 0 if cursor is None else cast("int", cursor) + 1
        yield from itertools.islice(enumerate(self._items), start, None)

    def count(self) -> None:
        """Unknown."""


class CsvRows:
    """The rows of a CSV file with a header, as dicts; the cursor is the number of the row."""

    def __init__(self, path: Path | str, *, encoding: str = "utf-8") -> None:
        self._path = Path(path)
        self._encoding = encoding

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, dict[str, str]]]:
        """Reads over the rows that were done."""
        start = 0 if cursor is None else cast("int", cursor) + 1
        with self._path.open(encoding=self._encoding, newline="") as file:
            yield from itertools.islice(enumerate(csv.DictReader(file)), start, None)

    def count(self) -> int:
        """Reads the file once."""
        with self._path.open(encoding=self._encoding, newline="") as file:
            return sum(1 for _ in csv.DictReader(file))


class Nested(Generic[T]):
    """For each item of the outer source those of an inner one; the cursor is the pair of both."""

    def __init__(self, outer: Items[Any], inner: Callable[[Any], Items[T]]) -> None:
        self._outer = as_source(outer)
        self._inner = inner

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Take ``[before, inside]``: the cursor in front of the outer item, and the one within it."""
        before, inside = cast("list[Cursor]", cursor) if cursor is not None else (None, None)
        for place, item in self._outer.after(before):
            for inner_place, inner_item in as_source(self._inner(item)).after(inside):
                yield [before, inner_place], inner_item
            before, inside = place, None

    def count(self) -> None:
        """Unknown."""


class Only(Generic[T]):
    """Some items of another source, by their cursors; each keeps its own."""

    def __init__(self, source: Source[T], cursors: Sequence[Cursor]) -> None:
        self._source = source
        self._wanted = {json.dumps(cursor) for cursor in cursors}

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Reads the other source from its start, and leaves out what isn't wanted."""
        waiting = cursor is not None
        for place, item in self._source.after(None):
            if json.dumps(place) not in self._wanted:
                continue
            if not waiting:
                yield place, item
            waiting = waiting and place != cursor

    def count(self) -> int:
        """As many as there are cursors."""
        return len(self._wanted)


Items: TypeAlias = "Source[T] | QuerySet[Any] | Iterable[T]"


def as_source(items: Items[T]) -> Source[T]:
    """The source that fits. Raises ConfigurationError for a set or a queryset without a stable order."""
    if isinstance(items, QuerySet):
        return cast("Source[T]", Rows(items))
    if hasattr(items, "after") and hasattr(items, "count"):
        return cast("Source[T]", items)
    if isinstance(items, Sequence):
        return Listed(items)
    if isinstance(items, AbstractSet):
        raise ConfigurationError("A set has no order to resume in. Use sorted(...), a list, or a queryset.")
    if isinstance(items, Iterator):
        raise ConfigurationError(
            "An iterator can't be started again after an interruption. Give an iterable or a Source."
        )
    return Counted(cast("Iterable[T]", items))
