"""SQLite: one writer at a time on one host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from fsmlock.backends.ancestry import check_sql
from fsmlock.backends.dialects import Dialect, now_us, run
from fsmlock.reasons import Reason
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.ancestry import KeyQuery
    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim, LockRow

_COLUMNS = (
    "resource, lock, kind, claim, holder, why, waits, stop_by, stop_why, since_us, renewed_us, expires_us"
)
#: What decides most often: no row is on any of the objects. It is short because Django reads each statement
#: with a regular expression, which costs more than its execution.
_INSERT_ALONE = (
    f"INSERT INTO fsmlock_hold ({_COLUMNS}) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"  # noqa: S608 - constants only
    " json_extract(value, '$[2]'), %s, %s, %s, 0, '', '', t, t, t + %s"
    " FROM json_each(%s), (SELECT {now} AS t)"
    " WHERE NOT EXISTS (SELECT 1 FROM json_each(%s) AS o CROSS JOIN fsmlock_hold ON resource = o.value)"
)
#: ``rules.blocking_rows`` as SQL. ``wanted`` are the rows to insert, each with its compatible locks.
#: ``present`` are the names of all locks that have a row on a wanted object: a look into the index for each
#: name, and for each that is incompatible another one, however many rows there are.
_INSERT = f"""
INSERT INTO fsmlock_hold ({_COLUMNS})
WITH RECURSIVE wanted (object, name, use, compatible) AS (
  SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
         json_extract(value, '$[3]')
  FROM json_each(%s)
), present (object, name) AS (
  SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object)
  FROM (SELECT DISTINCT object FROM wanted)
  UNION ALL
  SELECT object, (SELECT min(lock) FROM fsmlock_hold WHERE resource = object AND lock > name)
  FROM present WHERE name IS NOT NULL
)
SELECT object, name, use, %s, %s, %s, 0, '', '', t, t, t + %s
FROM wanted, (SELECT {{now}} AS t)
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
        AND claim NOT IN (SELECT value FROM json_each(%s))
        AND (NOT waits OR id < %s)
        AND {{effective}}
    )
)
"""  # noqa: S608 - constants only

#: Every waiter comes before it.
_NO_TICKET = 2**62

#: Modes in which a transaction waits for the write lock when it begins, instead of failing when it writes.
_WAITING_MODES = ("IMMEDIATE", "EXCLUSIVE")


def begins_deferred(connection: BaseDatabaseWrapper) -> bool:
    """Whether a transaction that has read fails at its first write while somebody else writes."""
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode") or "DEFERRED"
    return str(mode).upper() not in _WAITING_MODES


def locked_reason(connection: BaseDatabaseWrapper) -> Reason:
    """Why SQLite did not let us write."""
    params = {"alias": connection.alias}
    if begins_deferred(connection) and connection.in_atomic_block:
        message = gettext(
            "The SQLite database %(alias)s is locked: this transaction has read, and somebody else writes."
        )
        remedy = gettext(
            "Set the option transaction_mode of the database %(alias)s to IMMEDIATE,"
            " or acquire the hold before the transaction."
        )
    else:
        message = gettext("The SQLite database %(alias)s is locked: somebody else writes for too long.")
        remedy = gettext("Try again in a moment. Keep transactions short.")
    return Reason(code="database_locked", message=message % params, remedy=remedy % params, params=params)


class SQLite(Dialect):
    """The database's write lock makes decisions atomic. The host's monotonic clock is the store's clock."""

    keeps_expired_rows = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(connection)
        #: The raw connection that has the SQL function of the clock.
        self._prepared: Any = None

    def now(self) -> str:
        """Read the host's monotonic clock, which is the same for every process that can open the file.

        It is an SQL function: a statement may wait long for the write lock, and the time counts from when it
        has it.
        """
        raw = self.connection.connection
        if raw is None or raw is not self._prepared:
            self.connection.ensure_connection()
            self._prepared = self.connection.connection
            self._prepared.create_function("fsmlock_now", 0, now_us)
        return "fsmlock_now()"

    def unexpired(self, now: str) -> str:
        """Rows renewed in the future were written before a reboot, when the clock started anew.

        Unlimited leases survive that.
        """
        return f"expires_us > {now} AND (renewed_us <= {now} OR expires_us > renewed_us + {YEAR_US})"

    def effective(self, now: str) -> str:
        """Expired rows count until they are deleted: their holder may have kept everybody from writing."""
        del now
        return "kind <> 'broken'"

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Execute one statement, which is atomic here; the ids that it assigns are consecutive.

        RETURNING would need a second table in memory, large enough for malloc to return it to the system
        every time.
        """
        conditions, keys = check_sql(claim, self.connection.alias, _as_assumed)
        check = "".join(f" AND {condition}" for condition in conditions)
        rows = json.dumps([(row.resource, row.lock, row.kind, each) for row, each in _with_compatible(claim)])
        now = self.now()
        values: Params = [claim.id, claim.holder, claim.why, lease_us]
        with self.connection.cursor() as cursor:
            alone = _INSERT_ALONE.format(now=now)
            cursor.execute(alone + check, [*values, rows, json.dumps(claim.resources), *keys])
            if not cursor.rowcount:
                blocking = _INSERT.format(now=now, effective=self.effective(now))
                own = json.dumps([claim.id, *claim.nested_in])
                before = _NO_TICKET if ticket is None else ticket
                cursor.execute(blocking + check, [rows, *values, own, before, *keys])
            if not cursor.rowcount:
                return self._why_not(conditions, keys)
            first = cursor.lastrowid - len(claim.rows) + 1
        return [(first + n, row.resource, row.kind) for n, row in enumerate(claim.rows)]

    def _why_not(self, conditions: Sequence[str], keys: Sequence[str]) -> Sequence[tuple[int, str, str]]:
        """Nothing was inserted: whether that is because the ancestors are others."""
        if conditions and not run(self.connection, f"SELECT {' AND '.join(conditions)}", [*keys])[0][0]:
            return [(0, "", "stale")]
        return ()

    def lock_decisions(self, claim: Claim) -> None:
        """Nothing to do: the first write of the transaction takes the write lock."""


def _with_compatible(claim: Claim) -> Iterator[tuple[LockRow, list[str]]]:
    """The rows of a claim, which begin with its requests, each with the locks that are compatible with it."""
    compatible = [sorted(request.compatible_with) for request in claim.requests]
    without: list[list[str]] = [[]] * (len(claim.rows) - len(compatible))
    return zip(claim.rows, compatible + without, strict=True)


def _as_assumed(query: KeyQuery, number: int) -> str:
    """That the rows of every object have the keys that the claim assumes. The parameter is those keys."""
    del number
    own, *ancestors = query.columns
    same = " AND ".join(
        f"{column} IS json_extract(a.value, '$[{n}]')" for n, column in enumerate(ancestors, 1)
    )
    return (
        "NOT EXISTS (SELECT 1 FROM json_each(%s) AS a WHERE (SELECT "  # noqa: S608 - names from models only
        f"{same} FROM {query.tables} WHERE {own} = json_extract(a.value, '$[0]')) IS NOT TRUE)"
    )
