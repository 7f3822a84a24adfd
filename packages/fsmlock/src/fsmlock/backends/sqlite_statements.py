"""The statements of the SQLite dialect.

Their parameters have names, as SQLite writes them: see :class:`Statement`. Each parameter costs a little:
what models declare stands in the statement itself, which is kept for each shape of a claim. A few values are
parameters of their own: ``json_each`` takes longer than all the rest, so it is for many.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fsmlock.backends.ancestry import assumed, encode, key_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fsmlock.backends.ancestry import KeyQuery
    from fsmlock.rules import Claim, Shape

_COLUMNS = (
    "resource, lock, kind, claim, holder, why, waits, stop_by, stop_why, since_us, renewed_us, expires_us"
)
#: Up to so many values are parameters of their own. 0 stands for more.
_FEW = 8
#: Every waiter comes before it.
_NO_TICKET = 2**62


class Statement(str):
    """SQL with parameters as SQLite writes them, ``:name``.

    Django writes ``%(name)s`` and converts each statement by ``%`` before it is executed, which here has
    nothing to do. To read positional parameters, it takes longer than SQLite for the statement.
    """

    __slots__ = ()

    def __mod__(self, _: object) -> Statement:
        return self


class Values(dict[str, Any]):
    """The parameters of a statement, by name."""

    def put(self, name: str, values: Sequence[object]) -> int:
        """Add a list of values, and return how many they are, or 0 for many. See :func:`_listed`."""
        if len(values) > _FEW:
            self[name] = encode(values)
            return 0
        for n, value in enumerate(values):
            self[f"{name}{n}"] = value
        return len(values)


def shape_of(claim: Claim) -> Shape | None:
    """The shape of a claim, which decides its statements. None for many rows."""
    return claim.shape if len(claim.rows) <= _FEW else None


def insert_values(
    claim: Claim, shape: Shape | None, ticket: int | None, lease_us: int
) -> tuple[Values, int, int]:
    """The parameters of the statements that insert, and how many objects and own claims are in them."""
    before = claim.behind(ticket)
    values = Values(
        claim=claim.id,
        holder=claim.holder,
        why=claim.why,
        lease=lease_us,
        before=_NO_TICKET if before is None else before,
    )
    if shape is None:
        rows = claim.rows
        compatible = [_compatible(each.compatible_with) for each in claim.requests]
        compatible += ["[]"] * (len(rows) - len(compatible))
        values["rows"] = encode(
            [(row.resource, row.lock, row.kind, each) for row, each in zip(rows, compatible, strict=True)]
        )
    objects = values.put("objects", claim.resources)
    own = values.put("own", [claim.id, *claim.nested_in])
    return values, objects, own


@functools.lru_cache(256)
def _compatible(names: frozenset[str]) -> str:
    return encode(sorted(names))


@functools.lru_cache(256)
def insert_alone(shape: Shape | None, objects: int) -> str:
    """Insert the rows if no row is on any of the objects, which is what happens most often."""
    return (
        f"INSERT INTO fsmlock_hold ({_COLUMNS}) SELECT object, name, use, :claim, :holder, :why,"  # noqa: S608 - constants only
        f" 0, '', '', t, t, t + :lease FROM ({_wanted(shape)}), (SELECT fsmlock_now() AS t)"
        f" WHERE NOT EXISTS (SELECT 1 FROM fsmlock_hold WHERE resource IN ({_listed('objects', objects)}))"
    )


@functools.lru_cache(256)
def insert(shape: Shape | None, own: int) -> str:
    """Insert the rows unless another one blocks them: ``rules.blocking_rows`` as SQL.

    ``wanted`` are the rows to insert, each with its compatible locks. ``present`` are the names of all locks
    that have a row on a wanted object: a look into the index for each name, and for each that is incompatible
    another one, however many rows there are.
    """
    return f"""
INSERT INTO fsmlock_hold ({_COLUMNS})
WITH RECURSIVE wanted (object, name, use, compatible) AS (
  {_wanted(shape)}
), present (object, name) AS (
  SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object)
  FROM (SELECT DISTINCT object FROM wanted)
  UNION ALL
  SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object AND lock > name)
  FROM present WHERE name IS NOT NULL
)
SELECT object, name, use, :claim, :holder, :why, 0, '', '', t, t, t + :lease
FROM wanted, (SELECT fsmlock_now() AS t)
WHERE NOT EXISTS (
  SELECT 1 FROM present
  CROSS JOIN wanted ON wanted.object = present.object
  CROSS JOIN (SELECT 'held' AS other UNION ALL SELECT 'blocked')
  WHERE CASE
      WHEN use = 'held' AND other = 'held'
        THEN NOT EXISTS (SELECT 1 FROM json_each(compatible) WHERE value = present.name)
      WHEN use = 'held' THEN wanted.name IN (present.name, '*')
      WHEN other = 'held' THEN present.name IN (wanted.name, '*')
    END
    AND EXISTS (
      SELECT 1 FROM fsmlock_hold
      WHERE resource = present.object AND lock = present.name AND kind = other
        AND claim NOT IN ({_listed("own", own)})
        AND (NOT waits OR id < :before)
    )
)
"""  # noqa: S608 - constants only


def release_values(claim: Claim) -> tuple[Statement, Statement, Values]:
    """Two statements that delete the rows of a claim, a look into the index for each, and their parameters.

    The first one deletes those that are held, which most often are all. The second one deletes whatever the
    claim has.
    """
    values = Values(claim=claim.id)
    objects = values.put("objects", claim.resources)
    shape = shape_of(claim)
    if shape is not None:
        return *_release_few(shape), values
    return *_release_many(objects, values.put("locks", claim.lock_names)), values


@functools.lru_cache(256)
def _release_few(shape: Shape) -> tuple[Statement, Statement]:
    held, whatever = (
        " OR ".join(
            f"(resource = :objects{number} AND lock = {_literal(lock)} AND kind IN ({kinds[kind]})"
            " AND claim = :claim)"
            for number, lock, kind, _ in shape
        )
        for kinds in (_HELD, _WHATEVER)
    )
    return (
        Statement(f"DELETE FROM fsmlock_hold WHERE {held}"),  # noqa: S608 - constants only
        Statement(f"DELETE FROM fsmlock_hold WHERE {whatever}"),  # noqa: S608 - constants only
    )


#: The kind of a row that was written with the kind and is still held, and all that it may have become.
_HELD = {"held": "'held'", "blocked": "'blocked'"}
_WHATEVER = {"held": "'held', 'broken', 'retrying', 'later'", "blocked": "'blocked', 'broken'"}


@functools.cache
def _release_many(objects: int, locks: int) -> tuple[Statement, Statement]:
    rows = (
        f"DELETE FROM fsmlock_hold WHERE resource IN ({_listed('objects', objects)})"  # noqa: S608 - constants only
        f" AND lock IN ({_listed('locks', locks)})"
    )
    return (
        Statement(f"{rows} AND kind IN ('held', 'blocked') AND claim = :claim"),
        Statement(
            f"{rows} AND kind IN ('held', 'blocked', 'broken', 'retrying', 'later') AND claim = :claim"
        ),
    )


def ancestry(claim: Claim, using: str, values: Values) -> str:
    """The condition that the rows are as the claim assumes; empty if it assumes nothing."""
    conditions = []
    for n, (model, keys) in enumerate(assumed(claim).items()):
        query = key_query(model, using)
        prepared = [query.prepare(each) for each in keys]
        if len(keys) > _FEW:
            values[f"keys{n}_"] = encode(prepared)
        else:
            for m, each in enumerate(prepared):
                values.put(f"keys{n}_{m}_", each)
        conditions.append(_as_assumed(query, n, len(keys) if len(keys) <= _FEW else 0))
    return " AND ".join(conditions)


@functools.lru_cache(256)
def _as_assumed(query: KeyQuery, number: int, count: int) -> str:
    if count:
        return " AND ".join(
            _same(query, [f":keys{number}_{m}_{n}" for n in range(len(query.columns))]) for m in range(count)
        )
    same = _same(query, [f"json_extract(a.value, '$[{n}]')" for n in range(len(query.columns))])
    return f"NOT EXISTS (SELECT 1 FROM json_each(:keys{number}_) AS a WHERE NOT {same})"  # noqa: S608 - names from models only


def _same(query: KeyQuery, keys: Sequence[str]) -> str:
    """That the row of one object exists and has the keys."""
    own, *ancestors = query.columns
    same = " AND ".join(
        [f"{own} = {keys[0]}", *(f"{a} IS {b}" for a, b in zip(ancestors, keys[1:], strict=True))]
    )
    return f"EXISTS (SELECT 1 FROM {query.tables} WHERE {same})".replace("%%", "%")  # noqa: S608 - names from models only


def _literal(text: str) -> str:
    """A text of a declaration in a statement."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _wanted(shape: Shape | None) -> str:
    if shape:
        first, *others = (
            (f":objects{number}", _literal(lock), _literal(kind), _literal(_compatible(names)))
            for number, lock, kind, names in shape
        )
        named = [f"{value} AS {column}" for value, column in zip(first, _WANTED, strict=True)]
        return " UNION ALL ".join(f"SELECT {_comma(each)}" for each in (named, *others))
    extracted = (f"json_extract(value, '$[{n}]') AS {column}" for n, column in enumerate(_WANTED))
    return f"SELECT {_comma(extracted)} FROM json_each(:rows)"  # noqa: S608 - constants only


_WANTED = ("object", "name", "use", "compatible")


def _listed(name: str, count: int) -> str:
    """The values that :meth:`Values.put` has put, for IN."""
    if count:
        return _comma(f":{name}{n}" for n in range(count))
    return f"SELECT value FROM json_each(:{name})"  # noqa: S608 - constants only


def _comma(parts: Iterable[str]) -> str:
    return ", ".join(parts)
