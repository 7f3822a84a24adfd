from __future__ import annotations

import asyncio
import re

import pytest
from django.db import DatabaseError

from timelapse.project import lifespan
from timelapse.project.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)


async def start():
    """Start and stop the application as a web server does."""
    received, sent = asyncio.Queue(), []
    for kind in ("startup", "shutdown"):
        received.put_nowait({"type": f"lifespan.{kind}"})

    async def send(message):
        sent.append(message["type"])

    await application({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, received.get, send)
    return sent


COMPLETE = ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_server_without_accounts_prints_the_code_when_it_starts(capsys, caplog):
    assert await start() == COMPLETE
    printed = capsys.readouterr()
    (code,) = re.findall(r"set-up code ([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})", printed.err)
    assert code not in caplog.text + printed.out
    assert await start() == COMPLETE
    assert code in capsys.readouterr().err, "again, the same one"


async def test_a_server_with_accounts_prints_nothing(user, capsys):
    assert await start() == COMPLETE
    assert capsys.readouterr() == ("", "")


async def test_a_server_starts_before_its_database_is_ready(monkeypatch, capsys):
    def fails():
        raise DatabaseError

    monkeypatch.setattr(lifespan, "ensure_code", fails)
    assert await start() == COMPLETE
    assert capsys.readouterr().err == ""
