"""Connects to the app's broker as Celery does, and turns what goes wrong into one error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from kombu.exceptions import KombuError

from queue_insight import refusals
from queue_insight.errors import BrokerRefusedError, BrokerUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from celery import Celery
    from kombu import Connection

T = TypeVar("T")
REDIS: Final = ("redis", "unix", "sentinel")

#: What clients raise when the broker refuses user, password or virtual host.
REFUSALS: Final = frozenset({"AccessRefused", "NotAllowed", "AuthenticationError", "NoPermissionError"})


@contextmanager
def connected(app: Celery) -> Iterator[Connection]:
    """Lend a connection of the app's pool, which has been made.

    Raises:
        BrokerRefusedError: the broker refused the login, or what was asked.
        BrokerUnreachableError: it did not respond.
    """
    with app.connection_or_acquire() as connection, _made(connection):
        yield connection


def with_connection(app: Celery, read: Callable[[Connection], T]) -> T:
    """Return what `read` returns; it is called again if an idle connection of the pool proves to be closed.

    Raises:
        BrokerRefusedError: the broker refused the login.
        BrokerUnreachableError: it did not respond.
    """
    with app.connection_or_acquire() as connection:
        was_idle = bool(connection.connected)
        try:
            with _made(connection):
                return read(connection)
        except BrokerUnreachableError:
            if not was_idle:
                raise
        with _made(connection):
            return read(connection)


def errors_of(connection: Connection) -> tuple[type[BaseException], ...]:
    """Return what may be raised when the broker does not do what it should."""
    return (*connection.connection_errors, *connection.channel_errors, KombuError, OSError)


@contextmanager
def _made(connection: Connection) -> Iterator[None]:
    try:
        # connect() would sleep for two seconds before it fails, and a page waits for this.
        # Each broker of a list is tried once.
        connection.ensure_connection(
            max_retries=max(1, len(connection.alt or ())),
            interval_start=0,
            reraise_as_library_errors=False,
        )
        yield
    except errors_of(connection) as error:
        url = connection.as_uri()
        connection.close()
        refusal = refusals.of_redis(error) if url.startswith(REDIS) else None
        if refusal is not None or type(error).__name__ in REFUSALS:
            raise BrokerRefusedError(url, error, refusal) from error
        raise BrokerUnreachableError(url, error) from error
