from __future__ import annotations

import asyncio

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, connection

from fsmlock.backends.kept_cursor import KeptCursor

pytestmark = pytest.mark.django_db


def one(cursor):
    cursor.execute("SELECT 1")
    return cursor.fetchall()


def test_the_next_statement_finds_the_cursor_of_the_last_one():
    with KeptCursor(connection) as first:
        assert one(first) == [(1,)]
    with KeptCursor(connection) as second:
        assert one(second) == [(1,)]
    assert first is second


def test_a_statement_between_execute_and_fetch_gets_another_cursor():
    with KeptCursor(connection) as outer:
        outer.execute("SELECT 2")
        with KeptCursor(connection) as inner:
            assert one(inner) == [(1,)]
        assert outer.fetchall() == [(2,)]


def test_a_cursor_that_failed_is_not_kept():
    with KeptCursor(connection) as kept:
        one(kept)
    with pytest.raises(ZeroDivisionError), KeptCursor(connection):
        raise ZeroDivisionError
    with KeptCursor(connection) as cursor:
        assert one(cursor) == [(1,)]
    assert cursor is not kept


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_gets_a_new_cursor():
    other = connection.copy()
    with KeptCursor(other) as before:
        one(before)
    other.close()
    with KeptCursor(other) as after:
        assert one(after) == [(1,)]
    other.close()
    assert before is not after
    with pytest.raises(DatabaseError):
        one(before)


def test_statements_are_logged_as_those_of_any_other_cursor(django_assert_num_queries):
    with KeptCursor(connection) as cursor:
        one(cursor)
    with django_assert_num_queries(1), KeptCursor(connection) as cursor:
        one(cursor)


def test_an_event_loop_is_refused_as_by_any_other_cursor():
    with KeptCursor(connection) as cursor:
        one(cursor)

    async def query():
        with KeptCursor(connection):
            pass

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(query())
