"""Sources of items. Each item has a cursor that JSON can store, so that a run can resume after it."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet

from fsmlock.errors import ConfigurationError

Cursor: TypeAlias = "bool | int | float | str | list[Cursor] | dict[str, Cursor] | None"
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
M = TypeVar("M", bound=models.Model)


class Source(Protocol[T_co]):
    """Items in a stable order."""

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T_co]]:
        """The items after the cursor (None: all), each with its own cursor."""
        ...

    def count(self) -> int | None:
        """The total number of items; None when it isn't known."""
        ...


class Rows(Generic[M]):
    """The rows of a queryset, by primary key or one other unique field. Rows are read ``chunk`` at a time."""

    def __init__(self, queryset: QuerySet[M], *, chunk: int = 500) -> None:
        self._field = _stable_order(queryset)
        # By the column: the order of a relation is that of the related model.
        self._queryset = queryset.order_by(self._field)
        self._chunk = chunk

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, M]]:
        """Read after the last key, so that rows added meanwhile are found and none is skipped."""
        while True:
            rows = (
                self._queryset if cursor is None else self._queryset.filter(**{f"{self._field}__gt": cursor})
            )
            page = list(rows[: self._chunk])
            for row in page:
                cursor = _plain(getattr(row, self._field))
                yield cursor, row
            if len(page) < self._chunk:
                return

    def count(self) -> int:
        """Count with one query."""
        return self._queryset.count()


def _plain(value: object) -> Cursor:
    return value if isinstance(value, int | float | str) else str(value)


def _stable_order(queryset: QuerySet[Any]) -> str:
    model, query = queryset.model, queryset.query
    if query.is_sliced or query.combinator or queryset._fields is not None:  # type: ignore[attr-defined]
        raise ConfigurationError(
            f"An iteration over {model.__name__} can't resume inside a slice, a union or values()."
            " Return the whole queryset of objects, filtered as needed."
        )
    order = [str(name) for name in query.order_by] or ["pk"]
    if isinstance(model._meta.pk, models.CompositePrimaryKey) and order == ["pk"]:
        raise ConfigurationError(
            f"{model.__name__} has a composite primary key. Order by one unique field, so that the iteration"
            " can resume."
        )
    if len(order) == 1 and not order[0].startswith(("-", "?")):
        field = _field(model, order[0])
        if field is not None and field.unique and not field.null and not _has_no_text(field):
            return field.attname
    raise ConfigurationError(
        f"An iteration over {model.__name__} ordered by {', '.join(order)} can't resume."
        " Order by the primary key, or by one unique field that is never null, ascending."
    )


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    """The field that is a column of the model's own, also by inheritance; None for anything else."""
    try:
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) and field.concrete else None


def _has_no_text(field: models.Field[Any, Any]) -> bool:
    """Whether JSON can't store the value of the field as a text that the database finds again."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return isinstance(target, models.BinaryField)


class Listed(Generic[T]):
    """A list or another sequence. The cursor is the index."""

    def __init__(self, items: Sequence[T]) -> None:
        self._items = items

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Start after the index."""
        start = 0 if cursor is None else cast("int", cursor) + 1
        for index in range(start, len(self._items)):
            yield index, self._items[index]

    def count(self) -> int:
        """The length of the sequence."""
        return len(self._items)


class Counted(Generic[T]):
    """An iterable that yields the same items in the same order each time. Resuming skips those done."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Skip the items that were done."""
        start = 0 if cursor is None else cast("int", cursor) + 1
        yield from itertools.islice(enumerate(self._items), start, None)

    def count(self) -> None:
        """The number isn't known in advance."""


class CsvRows:
    """The rows of a CSV file with a header, as dicts. The cursor is the number of the row."""

    def __init__(self, path: Path | str, *, encoding: str = "utf-8") -> None:
        self._path = Path(path)
        self._encoding = encoding

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, dict[str, str]]]:
        """Skip the rows that were done."""
        start = 0 if cursor is None else cast("int", cursor) + 1
        with self._path.open(encoding=self._encoding, newline="") as file:
            yield from itertools.islice(enumerate(csv.DictReader(file)), start, None)

    def count(self) -> int:
        """Count the rows, which reads the file once."""
        with self._path.open(encoding=self._encoding, newline="") as file:
            return sum(1 for _ in csv.DictReader(file))


class Nested(Generic[T]):
    """For each item of an outer source, the items of an inner one. The cursor is a pair."""

    def __init__(self, outer: Items[Any], inner: Callable[[Any], Items[T]]) -> None:
        self._outer = as_source(outer)
        self._inner = inner

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Resume from ``[before, inside]``: the cursor before the outer item, and the inner cursor."""
        before, inside = cast("list[Cursor]", cursor) if cursor is not None else (None, None)
        for outer_cursor, outer_item in self._outer.after(before):
            for inner_cursor, item in as_source(self._inner(outer_item)).after(inside):
                yield [before, inner_cursor], item
            before, inside = outer_cursor, None

    def count(self) -> None:
        """The number isn't known in advance."""


class Only(Generic[T]):
    """The items of another source that have one of the given cursors."""

    def __init__(self, source: Source[T], cursors: Sequence[Cursor]) -> None:
        self._source = source
        self._cursors = {json.dumps(cursor) for cursor in cursors}

    def after(self, cursor: Cursor) -> Iterator[tuple[Cursor, T]]:
        """Read the other source from its start, and yield only the selected items."""
        skipping = cursor is not None
        for each, item in self._source.after(None):
            if json.dumps(each) not in self._cursors:
                continue
            if not skipping:
                yield each, item
            skipping = skipping and each != cursor

    def count(self) -> int:
        """The number of cursors."""
        return len(self._cursors)


Items: TypeAlias = "Source[T] | QuerySet[Any] | Iterable[T]"


def as_source(items: Items[T]) -> Source[T]:
    """Wrap the items in a source. Raises ConfigurationError when they have no stable order."""
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
            "An iterator can't be restarted after an interruption. Return an iterable or a Source."
        )
    return Counted(cast("Iterable[T]", items))
