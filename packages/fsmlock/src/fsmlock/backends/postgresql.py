"""PostgreSQL: any number of hosts; decisions about one object are serialised."""

from __future__ import annotations

import functools
import hashlib
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import ProgrammingError, transaction

from fsmlock import clock
from fsmlock.backends.ancestry import check_sql
from fsmlock.backends.base import PollingWaiter, migrate_remedy
from fsmlock.backends.dialects import Dialect, marks, now_us, rows_of, run
from fsmlock.backends.kept_cursor import KeptCursor
from fsmlock.errors import FsmlockError
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from fsmlock.backends.ancestry import KeyQuery
    from fsmlock.backends.base import WaitQueue
    from fsmlock.backends.dialects import Params
    from fsmlock.rules import Claim

_NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
#: The migration that creates the functions below, and PostgreSQL's code for one that doesn't exist.
_MIGRATION = "0011_pre_functions_v3"
_UNDEFINED_FUNCTION = "42883"
#: PostgreSQL's code for a prepared statement that doesn't exist.
_UNDEFINED_STATEMENT = "26000"


@dataclass(frozen=True, slots=True)
class Function:
    """An SQL function with the names and types of its arguments, as ``migrations/sql`` declares them."""

    name: str
    arguments: Mapping[str, str]
    returns_table: bool = False
    #: The statement for some of the arguments, and what adapts each of them.
    statements: dict[tuple[str, ...], tuple[str, list[Callable[[Any], object]]]] = field(default_factory=dict)

    def run(self, connection: BaseDatabaseWrapper, **values: object) -> list[Any]:
        """Call it by named arguments and return its rows. An argument with a default may be left out."""
        names = tuple(values)
        sql, adapters = self.statements.get(names) or self._statement(names)
        params: Params = [adapt(value) for adapt, value in zip(adapters, values.values())]  # noqa: B905 - equally long
        try:
            with KeptCursor(connection) as cursor:
                cursor.execute(sql, params)
                rows: list[Any] = cursor.fetchall()
        except ProgrammingError as error:
            if _sqlstate(error) != _UNDEFINED_FUNCTION:
                raise
            raise FsmlockError(str(_not_migrated(self.name, connection.alias))) from error
        return rows

    def _statement(self, names: tuple[str, ...]) -> tuple[str, list[Callable[[Any], object]]]:
        """Build the call. It needs no casts: PostgreSQL gives the literals the types of the parameters."""
        call = f"{self.name}({', '.join(f'{name} => %s' for name in names)})"
        sql = f"SELECT * FROM {call}" if self.returns_table else f"SELECT {call}"  # noqa: S608 - constants only
        found = self.statements[names] = (
            sql,
            [_ADAPTERS.get(self.arguments[name], _unchanged) for name in names],
        )
        return found


def _array(values: Iterable[str]) -> str:
    """An array literal of values without special characters. Psycopg takes far longer to adapt a list."""
    return f"{{{','.join(values)}}}"


def _text_array(values: Collection[str]) -> str:
    r"""An array literal: ``{"a","b\"c"}``."""
    joined = '","'.join(values)
    if joined.count('"') == 2 * (len(values) - 1) and "\\" not in joined:
        return f'{{"{joined}"}}'
    return _array(['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values])


def _unchanged(value: object) -> object:
    return value


def _bigint_array(values: Iterable[int]) -> str:
    return _array([str(value) for value in values])


def _boolean_array(values: Iterable[bool]) -> str:
    return _array(["t" if value else "f" for value in values])


#: How the arguments of a type are written.
_ADAPTERS: Mapping[str, Callable[[Any], object]] = {
    "text[]": _text_array,
    "bigint[]": _bigint_array,
    "boolean[]": _boolean_array,
}

ACQUIRE = Function(
    "fsmlock_acquire_v3",
    {
        "p_claim": "text",
        "p_holder": "text",
        "p_why": "text",
        "p_lease_us": "bigint",
        "p_advisory_keys": "bigint[]",
        "p_exclusive": "boolean[]",
        "p_resources": "text[]",
        "p_locks": "text[]",
        "p_kinds": "text[]",
        "p_boot_id": "text",
        "p_boot_expires_us": "bigint",
        "p_nested_in": "text[]",
        "p_ticket": "bigint",
        "p_compatible_rows": "bigint[]",
        "p_compatible_locks": "text[]",
        "p_check": "text",
        "p_check_keys": "text[]",
        "p_check_sql": "text",
    },
    returns_table=True,
)
RELEASE = Function(
    "fsmlock_release_v2",
    {"p_claim": "text", "p_resources": "text[]", "p_locks": "text[]", "p_only_waiting": "boolean"},
)


class PostgreSQL(Dialect):
    """Advisory locks serialise decisions, the server's clock counts, NOTIFY wakes the next waiter."""

    keeps_expired_rows = True

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(connection)
        #: The raw connection, and the checks of ancestors that are prepared in it.
        self._raw: object = None
        self._prepared: set[str] = set()

    def now(self) -> str:
        """The clock goes on inside a transaction."""
        return _NOW

    def unexpired(self, now: str) -> str:
        """Holds of this host are judged by the host's clock, whatever happens to the server's."""
        boot, here = clock.boot_id(), now_us()
        if not boot:
            return f"expires_us > {now}"
        return f"CASE WHEN clock = '{boot}' THEN clock_expires_us > {here} ELSE expires_us > {now} END"

    def lease_columns(self, lease_us: int) -> dict[str, str]:
        """The end of the lease by the server's clock and by this host's."""
        return {
            "renewed_us": _NOW,
            "expires_us": f"{_NOW} + {lease_us}",
            "clock": f"'{clock.boot_id()}'",
            "clock_expires_us": str(now_us() + lease_us),
        }

    def renewable_rows(self, claim: Claim, *, repeated: bool, wait: bool) -> tuple[str, Params]:
        """Whoever takes over deletes expired rows: all that are left can be renewed."""
        del repeated
        sql, params = rows_of(claim, "held", "blocked")
        sql += " AND NOT waits"
        if not wait:
            sql = f"id IN (SELECT id FROM fsmlock_hold WHERE {sql} FOR UPDATE SKIP LOCKED)"  # noqa: S608 - only constants and placeholders
        return sql, params

    def try_insert(self, claim: Claim, ticket: int | None, lease_us: int) -> Sequence[tuple[int, str, str]]:
        """Call a function that takes the advisory locks and then decides."""
        arguments = _acquire_arguments(claim, ticket, lease_us)
        conditions, keys = check_sql(claim, self.connection.alias, _as_assumed)
        if not conditions:
            return self._acquire(arguments)
        sql = " AND ".join(conditions)
        name = _check_name(sql)
        arguments["p_check"], arguments["p_check_keys"] = name, keys
        if self._raw is self.connection.connection and name in self._prepared:
            try:
                return self._acquire(arguments)
            except ProgrammingError as error:  # a pooler has given us another session
                if _sqlstate(error) != _UNDEFINED_STATEMENT:
                    raise
        rows = self._acquire({**arguments, "p_check_sql": sql})
        if self._raw is not self.connection.connection:
            self._raw, self._prepared = self.connection.connection, set()
        self._prepared.add(name)
        return rows

    def _acquire(self, arguments: Mapping[str, Any]) -> Sequence[tuple[int, str, str]]:
        if not self.connection.in_atomic_block:
            return ACQUIRE.run(self.connection, **arguments)
        with transaction.atomic(using=self.connection.alias):
            rows = ACQUIRE.run(self.connection, **arguments)
            if not rows or rows[0][2] != "held":
                # Rolling back the savepoint releases our advisory locks: a refusal keeps nobody waiting.
                transaction.set_rollback(True, using=self.connection.alias)
        return rows

    def table(self, rows: Sequence[Sequence[str]], columns: Sequence[str]) -> tuple[str, Params]:
        """An array for each column."""
        arrays = ", ".join(["%s::text[]"] * len(columns))
        params: Params = [_text_array([row[n] for row in rows]) for n in range(len(columns))]
        return f"unnest({arrays}) AS wanted ({', '.join(columns)})", params

    def some_of_each(self, table: str, some: str) -> str:
        """A lateral join."""
        return f"{table} CROSS JOIN LATERAL (SELECT * FROM fsmlock_hold {some}) AS found"  # noqa: S608 - only constants and placeholders

    def problems(self) -> Sequence[Reason]:
        """Functions that the migration has not created yet."""
        missing = run(
            self.connection,
            "SELECT name FROM unnest(%s::text[]) AS called (name) WHERE to_regproc(name) IS NULL",
            [_text_array([ACQUIRE.name, RELEASE.name])],
        )
        return [_not_migrated(name, self.connection.alias) for (name,) in missing]

    def delete_expired(self, resources: Sequence[str]) -> None:
        """Skip rows that an open transaction has renewed: it may still commit."""
        run(
            self.connection,
            "DELETE FROM fsmlock_hold WHERE id IN (SELECT id FROM fsmlock_hold"  # noqa: S608 - placeholders only
            f" WHERE resource IN ({marks(resources)}) AND NOT ({self.unexpired(_NOW)})"
            " FOR UPDATE SKIP LOCKED)",
            list(resources),
        )

    def lock_decisions(self, claim: Claim) -> None:
        """Take the same advisory locks as ``try_insert``."""
        for number, exclusive in _advisory_locks(claim):
            mode = "" if exclusive else "_shared"
            run(self.connection, f"SELECT pg_advisory_xact_lock{mode}(%s)", [number])

    def release(self, claim: Claim) -> None:
        """Call a function that deletes and notifies. If it fails, an open transaction stays usable."""
        savepoint = transaction.atomic(using=self.connection.alias)
        with savepoint if self.connection.in_atomic_block else nullcontext():
            self._release(claim, only_waiting=False)

    def leave_queue(self, claim: Claim) -> None:
        """Call a function that deletes and notifies."""
        self._release(claim, only_waiting=True)

    def _release(self, claim: Claim, *, only_waiting: bool) -> None:
        RELEASE.run(
            self.connection,
            p_claim=claim.id,
            p_resources=claim.resources,
            p_locks=claim.lock_names,
            p_only_waiting=only_waiting,
        )

    def wake(self, resources: Sequence[str]) -> None:
        """Notify every waiter."""
        run(
            self.connection,
            "SELECT pg_notify('fsmlock_' || claim, '') FROM fsmlock_hold"  # noqa: S608 - only constants and placeholders
            f" WHERE waits AND resource IN ({marks(resources)})",
            list(resources),
        )

    def wait_queue(self, claim_id: str, conflict: str, params: Params) -> WaitQueue:
        """LISTEN, or poll inside a transaction, where notifications don't arrive."""
        del conflict, params
        return (
            PollingWaiter()
            if self.connection.in_atomic_block
            else PostgreSQLWaiter(self.connection, claim_id)
        )


class PostgreSQLWaiter:
    """A LISTEN on Django's own connection, for the notification addressed to one claim."""

    def __init__(self, connection: BaseDatabaseWrapper, claim_id: str) -> None:
        self._connection = connection
        self._channel = f"fsmlock_{claim_id}"
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {self._channel}")
        # psycopg 2 can't wait for a notification.
        self._polling = (
            None if callable(getattr(connection.connection, "notifies", None)) else PollingWaiter()
        )

    def wait(self, seconds: float) -> None:
        """Sleep until notified, at most ``seconds``."""
        if self._polling is not None:
            self._polling.wait(seconds)
            return
        with self._connection.wrap_database_errors:
            for _ in self._connection.connection.notifies(timeout=seconds, stop_after=1):
                return

    def close(self) -> None:
        """UNLISTEN, unless the connection is closed already or in a transaction."""
        if not self._connection.in_atomic_block and self._connection.connection is not None:
            with self._connection.cursor() as cursor:
                cursor.execute(f"UNLISTEN {self._channel}")


def _not_migrated(function: str, alias: str) -> Reason:
    return Reason(
        code="not_migrated",
        message=(
            f"The migration fsmlock.{_MIGRATION} has not run on the database {alias!r}:"
            f" the function {function} is missing."
        ),
        remedy=migrate_remedy(alias),
        params={"function": function, "database": alias, "migration": _MIGRATION},
    )


def _acquire_arguments(claim: Claim, ticket: int | None, lease_us: int) -> dict[str, Any]:
    resources, rows = claim.resources, claim.rows
    own = {request.resource for request in claim.requests}
    arguments: dict[str, Any] = {
        "p_claim": claim.id,
        "p_holder": claim.holder,
        "p_why": claim.why,
        "p_lease_us": lease_us,
        "p_advisory_keys": [advisory_key(resource) for resource in resources],
        "p_exclusive": [resource in own for resource in resources],
        "p_resources": [row.resource for row in rows],
        "p_locks": [row.lock for row in rows],
        "p_kinds": [row.kind for row in rows],
        "p_boot_id": clock.boot_id(),
        "p_boot_expires_us": now_us() + lease_us,
    }
    if claim.nested_in:
        arguments["p_nested_in"] = claim.nested_in
    before = claim.behind(ticket)
    if before is not None:
        arguments["p_ticket"] = before
    # The rows of a claim begin with its requests, in the same order.
    compatible = [(n, name) for n, r in enumerate(claim.requests, 1) for name in r.compatible_with]
    if compatible:
        arguments["p_compatible_rows"] = [n for n, _ in compatible]
        arguments["p_compatible_locks"] = [name for _, name in compatible]
    return arguments


def _advisory_locks(claim: Claim) -> list[tuple[int, bool]]:
    """The keys in the order of all processes: exclusive for the objects themselves, shared for ancestors."""
    own = {request.resource for request in claim.requests}
    return [(advisory_key(resource), resource in own) for resource in claim.resources]


@functools.lru_cache(1024)
def advisory_key(resource: str) -> int:
    """The advisory lock of a resource. Two with the same key only wait for each other a little more."""
    return int.from_bytes(hashlib.blake2b(resource.encode(), digest_size=8).digest(), "big", signed=True)


@functools.lru_cache(256)
def _check_name(sql: str) -> str:
    """The prepared statement that checks it: everywhere the same one for the same text."""
    return f"fsmlock_{hashlib.blake2b(sql.encode(), digest_size=16).hexdigest()}"


def _sqlstate(error: Exception) -> str:
    """PostgreSQL's code of an error."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""  # psycopg 3, and 2


@functools.lru_cache(256)
def _as_assumed(query: KeyQuery, number: int, *, one: bool) -> str:
    """That the rows of every object have the keys that the claim assumes, in element ``number``.

    ``one``: there is one object. To compare it without a table of keys takes less time.
    """
    (own, *ancestors), (own_type, *types) = query.columns, query.types()
    keys = f"($1[{number + 1}]::json -> 0)" if one else "assumed.keys"
    same = " AND ".join(
        f"{column} IS NOT DISTINCT FROM ({keys} ->> {n})::{kind}"
        for n, (column, kind) in enumerate(zip(ancestors, types, strict=True), 1)
    )
    compared = f"SELECT {same} FROM {query.tables} WHERE {own} = ({keys} ->> 0)::{own_type}"  # noqa: S608 - names from models only
    if one:
        return f"(({compared}) IS TRUE)"
    return (
        f"NOT EXISTS (SELECT 1 FROM json_array_elements($1[{number + 1}]::json) AS assumed (keys)"  # noqa: S608 - as above
        f" WHERE ({compared}) IS NOT TRUE)"
    )
