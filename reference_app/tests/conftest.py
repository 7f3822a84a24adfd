"""What the app's suites share: somebody who is signed in, and a way to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import SyncToAsync
from channels.layers import get_channel_layer
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush
from django.db import connection, connections, transaction
from django.test import Client
from hypothesis import HealthCheck, settings

from tests import migrated
from timelapse.shared import live

if TYPE_CHECKING:
    from collections.abc import Callable

# Machines that test are busy.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@dataclass
class Asker:
    """Asks GraphQL over HTTP as a browser would, with a session and a CSRF token."""

    client: Client

    def ask(self, query, **variables):
        answer = self.post(query, **variables)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, query, **variables):
        token = self.client.get("/").cookies["csrftoken"].value
        return self.client.post(
            "/graphql",
            {"query": query, "variables": variables},
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )


@pytest.fixture(scope="session")
def django_db_keepdb():
    """Let Django take the SQLite databases that :mod:`tests.migrated` has put in place."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_keepdb, django_db_blocker, request):
    copies = []
    if django_db_keepdb:
        with django_db_blocker.unblock():
            copies = migrated.copy_into_place(request.config.cache.mkdir("migrated"))
    yield
    for path in copies:
        path.unlink()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Close the connection of the thread that async code uses: PostgreSQL drops no database in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "emit_post_migrate_signal", Refill(flush.emit_post_migrate_signal))
        yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
    connections.close_all()


@dataclass
class Refill:
    """Fills a flushed database with the rows that the receivers of post_migrate made after the first flush.

    Django flushes it after each test that commits, and finding out which permissions to create takes longer
    than most of these tests.
    """

    emit: Callable[..., None]
    rows: dict[str, list[tuple[str, list[tuple[object, ...]]]]] = field(default_factory=dict)

    def __call__(self, verbosity, interactive, db, **options):
        if db not in self.rows:
            self.emit(verbosity, interactive, db, **options)
            self.rows[db] = list(inserts(connections[db]))
            return
        ContentType.objects.clear_cache()
        with transaction.atomic(using=db), connections[db].cursor() as cursor:
            for statement, rows in self.rows[db]:
                cursor.executemany(statement, rows)


def inserts(connection):
    """Yield a statement and its rows for each table that has some."""
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {name}")
            if rows := cursor.fetchall():
                yield f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows


#: What an editor may: see everything, pair cameras, make movies and share them. Tests grant the rest where
#: they need it.
EDITOR = [
    "view_camera",
    "view_frame",
    "view_preview",
    "view_timelapse",
    "view_movie",
    "view_operations",
    "add_camera",
    "add_timelapse",
    "render_timelapse",
    "change_movie",
    "delete_movie",
    "share",
]


@pytest.fixture
def user(db):
    editor = User.objects.create_user("editor", password="a long password")
    editor.user_permissions.set(Permission.objects.filter(codename__in=EDITOR))
    return editor


@pytest.fixture
def anonymous(db):
    return Asker(Client(enforce_csrf_checks=True))


@pytest.fixture
def member(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return Asker(client)


@pytest.fixture
def channel(monkeypatch):
    """Return a function that returns the messages that reached the channel layer since the last call."""
    sent = []

    async def group_send(group, message):
        sent.append((group, message["event"]))

    assert live.flush(10)
    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)

    def messages():
        assert live.flush(10)
        found = sent[:]
        sent.clear()
        return found

    return messages
