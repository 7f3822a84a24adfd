"""A mail server and a service that really receive, and somebody who wants to know everything."""

from __future__ import annotations

import asyncio
import email
import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller

from timelapse.notifications import actions

if TYPE_CHECKING:
    from email.message import Message


@dataclass
class Mailbox:
    """What the mail server received; it answers with ``answer``, but not to the step ``hold_at`` at first."""

    port: int
    mails: list[Message] = field(default_factory=list)
    answer: str = "250 OK"
    hold_at: str = ""
    held: threading.Event = field(default_factory=threading.Event)

    async def hold(self, step):
        if step == self.hold_at:
            self.hold_at = ""
            self.held.set()
            await asyncio.sleep(60)

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802 - aiosmtpd's
        await self.hold("QUIT")
        return "221 Bye"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's
        await self.hold("RCPT")
        if self.answer.startswith("550"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's
        if self.answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content))
        await self.hold("DATA")
        return self.answer

    @property
    def titles(self):
        return [mail["Subject"] for mail in self.mails]

    def text(self, number=-1):
        return self.mails[number].get_payload(decode=True).decode().replace("\r\n", "\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def mailbox(settings):
    found = Mailbox(free_port())
    settings.TIMELAPSE = {
        "email_url": f"smtp://127.0.0.1:{found.port}",
        "email_from": "Timelapse <timelapse@example.com>",
        "public_address": "https://timelapse.example",
        "notify_after_seconds": 60.0,
    }
    server = Controller(found, hostname="127.0.0.1", port=found.port)
    server.start()
    yield found
    server.stop()


@dataclass
class Receiver:
    """What a service received over HTTP; it answers with ``status``."""

    port: int = 0
    status: int = 200
    received: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self):
        return f"json://robot:hunter2secret@127.0.0.1:{self.port}/hook/t0ken"


@pytest.fixture
def receiver():
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.received.append({"path": self.path, **json.loads(body)})
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def listener(user, mailbox, media):
    """The editor, who is notified by e-mail."""
    actions.add_mail_address(user, "editor@example.com")
    return user
