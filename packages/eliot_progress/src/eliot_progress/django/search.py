"""Searches messages by words, fields, causal id, type, status, duration and time. Newest first."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connections

from eliot_progress.django import conf, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.utils import CursorWrapper

#: Candidates examined for one page when fields have to be compared.
_MAX_EXAMINED = 2_000
#: Up to this many messages with the words, PostgreSQL reads them all; with more, it scans from the newest on.
_FEW_MATCHES = 2_000
_COLUMNS = "m.id, m.causal_id, m.path, m.action, m.kind, m.status, m.at, m.duration_s, m.body"
_HAS_WORDS = "m.words @@ to_tsquery('simple', %s)"
_TERM = re.compile(r'(?:(?P<field>[^\s="]+)=)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))')
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The search criteria; all that are set must hold."""

    #: Words, `"words in a row"`, `beginning*`, `field=value`, `field="some words"`.
    text: str = ""
    #: A causal id or the start of one, with or without dashes.
    causal_id: str = ""
    #: The action or message type.
    kind: str = ""
    #: started, succeeded, failed or cancelled.
    status: str = ""
    #: Only ends of actions that took at least this many seconds; the slowest first.
    min_duration_s: float | None = None
    #: Seconds since 1970.
    since: float | None = None
    until: float | None = None
    #: Where the previous page ended (`Found.more`).
    after: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that was found."""

    id: int
    causal_id: str
    path: str
    action: str
    kind: str
    status: str
    at: float
    duration_s: float | None
    body: str

    @property
    def message(self) -> dict[str, object]:
        """The message as it was logged."""
        return rows.to_message(self.causal_id, self.path, self.at, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of hits."""

    hits: tuple[Hit, ...]
    #: Where the next page starts; None when this was the last.
    more: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the search text: consecutive words, and the field that holds them."""

    field: str
    value: str
    words: tuple[str, ...]
    #: Whether the last word is a prefix.
    prefix: bool

    def holds(self, message: dict[str, object]) -> bool:
        """Whether the field has this value, at any depth; always true without a field."""
        return not self.field or any(
            key.lower() == self.field and self._is(value) for key, value in _leaves(message)
        )

    def _is(self, value: object) -> bool:
        text = (value if isinstance(value, str) else json.dumps(value)).lower()
        return text.startswith(self.value.removesuffix("*")) if self.prefix else text == self.value


def terms(text: str) -> tuple[Term, ...]:
    """Parse a search text. Parts without letters and digits are ignored."""
    found = []
    for match in _TERM.finditer(text):
        name = (match["field"] or "").lower()
        value = (match["quoted"] if match["quoted"] is not None else match["bare"]).lower()
        words = tuple(_WORDS.findall(name) + _WORDS.findall(value))
        if words:
            found.append(Term(name, value, words, prefix=value.endswith("*")))
    return tuple(found)


def find(query: Query, *, limit: int = 50) -> Found:
    """Return the first `limit` messages after `query.after`."""
    parsed = terms(query.text)
    hits: list[Hit] = []
    examined = 0
    while True:
        page = _page(query, parsed, limit + 1)
        examined += len(page)
        for key, hit in page:
            if len(hits) == limit or examined > _MAX_EXAMINED + limit:
                return Found(hits=tuple(hits), more=query.after)
            query = replace(query, after=key)
            if all(term.holds(hit.message) for term in parsed):
                hits.append(hit)
        if len(page) <= limit:
            return Found(hits=tuple(hits), more=None)


def _page(query: Query, parsed: tuple[Term, ...], limit: int) -> list[tuple[tuple[float, ...], Hit]]:
    connection = connections[conf.get().DATABASE]
    with connection.cursor() as cursor:
        few = bool(parsed) and connection.vendor == "postgresql" and _are_few(cursor, query, parsed)
        statement, parameters, order = compile_page(query, parsed, connection.vendor, limit, few=few)
        cursor.execute(statement, parameters)
        names = list(Hit.__dataclass_fields__)
        return [
            (row[: len(order)], Hit(**dict(zip(names, row[len(order) :], strict=True))))
            for row in cursor.fetchall()
        ]


def _are_few(cursor: CursorWrapper, query: Query, parsed: tuple[Term, ...]) -> bool:
    """Whether few messages have the words: the planner does not know how rare each word is."""
    some = f"SELECT 1 FROM eliot_progress_logmessage m WHERE {_HAS_WORDS} LIMIT {_FEW_MATCHES + 1}"  # noqa: S608 - as below
    cursor.execute(f"SELECT count(*) FROM ({some}) found", [_tsquery(_all_terms(query, parsed))])  # noqa: S608 - as below
    return bool(cursor.fetchone()[0] <= _FEW_MATCHES)


def compile_page(
    query: Query, parsed: tuple[Term, ...], vendor: str, limit: int, *, few: bool
) -> tuple[str, list[str | float], tuple[str, ...]]:
    """Return the SQL of one page, its parameters, and the columns that it is ordered by."""
    conditions = list(_conditions(query))
    source = "eliot_progress_logmessage m"
    order: tuple[str, ...] = ("m.at", "m.id")
    if query.min_duration_s is not None:
        order = ("m.duration_s", "m.id")
    if parsed:
        all_terms = _all_terms(query, parsed)
        if vendor == "sqlite":
            source = f"eliot_progress_text t CROSS JOIN {source} ON m.id = t.rowid"
            order = ("t.rowid",)
            conditions.append(("eliot_progress_text MATCH %s", [_fts5(all_terms)]))
            conditions += _rowid_bounds(query)
        elif few:
            # The array keeps the planner from scanning all messages by time instead.
            named = f"ARRAY(SELECT m.id FROM {source} WHERE {_HAS_WORDS})"  # noqa: S608 - our own names only
            conditions.append((f"m.id = ANY ({named})", [_tsquery(all_terms)]))
        else:
            conditions.append((_HAS_WORDS, [_tsquery(all_terms)]))
    if query.after:
        marks = ", ".join(["%s"] * len(order))
        conditions.append((f"({', '.join(order)}) < ({marks})", list(query.after)))
    statement = f"SELECT {', '.join(order)}, {_COLUMNS} FROM {source}"  # noqa: S608 - our own names only
    if conditions:
        statement += f" WHERE {' AND '.join(text for text, _ in conditions)}"
    statement += f" ORDER BY {', '.join(f'{column} DESC' for column in order)} LIMIT {limit}"
    return statement, [value for _, values in conditions for value in values], order


def _all_terms(query: Query, parsed: tuple[Term, ...]) -> tuple[Term, ...]:
    """Add the type and the status as words of the body, so that the index matches everything at once."""
    extra = (_phrase("action_status", query.status), _phrase("type", query.kind))
    return (*parsed, *(term for term in extra if term))


def _conditions(query: Query) -> Iterator[tuple[str, list[str | float]]]:
    causal_id = query.causal_id.replace("-", "").strip().lower()
    if causal_id:
        yield "m.causal_id >= %s AND m.causal_id < %s", [causal_id, causal_id + "g"]
    for column, value in (("m.kind", query.kind), ("m.status", query.status)):
        if value:
            yield f"{column} = %s", [value]
    for condition, number in (
        ("m.duration_s >= %s", query.min_duration_s),
        ("m.at >= %s", query.since),
        ("m.at <= %s", query.until),
    ):
        if number is not None:
            yield condition, [number]


def _rowid_bounds(query: Query) -> Iterator[tuple[str, list[str | float]]]:
    """Yield bounds for the row ids of the messages of that time: the full-text index can use them.

    The `+ 0` keeps the database from scanning the ids in order.
    """
    first = "t.rowid >= (SELECT min(id + 0) FROM eliot_progress_logmessage WHERE at >= %s)"
    last = "t.rowid <= (SELECT max(id + 0) FROM eliot_progress_logmessage WHERE at <= %s)"
    if query.since is not None:
        yield first, [query.since]
    if query.until is not None:
        yield last, [query.until]


def _phrase(name: str, value: str) -> Term | None:
    words = tuple(_WORDS.findall(name) + _WORDS.findall(value.lower()))
    return Term("", value, words, prefix=False) if value else None


def _fts5(all_terms: tuple[Term, ...]) -> str:
    return " AND ".join(f'"{" ".join(term.words)}"{"*" if term.prefix else ""}' for term in all_terms)


def _tsquery(all_terms: tuple[Term, ...]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "") + ")"
        for term in all_terms
    )


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


def find_all(query: Query) -> Iterator[dict[str, object]]:
    """Yield all messages that match, page by page."""
    after: tuple[float, ...] | None = query.after
    while after is not None:
        found = find(replace(query, after=after), limit=500)
        yield from (hit.message for hit in found.hits)
        after = found.more
