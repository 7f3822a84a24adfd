"""What the app's suites share: somebody who is signed in, and a way to ask."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from asgiref.sync import SyncToAsync
from channels.layers import get_channel_layer
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, settings

from timelapse.shared import live

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
def django_db_setup(django_db_setup):
    """Close the connection of the thread that async code uses: PostgreSQL drops no database in use."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


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
