"""A real server on a free port, an agent that speaks to it by sockets, and pictures to send."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import eliot
import numpy as np
import pytest
from django.db import connection, transaction
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.serving import serving

from eliot_progress.adapters.asgi import CausalASGI
from timelapse.cameras import actions
from timelapse.ingest.http import application, create_application

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}
#: Seconds within which whatever a test waits for must happen, on a busy machine too.
TIMEOUT_S = 60

_numbers = count(1)


def make_picture(seed=0, *, size=(64, 48), kind="JPEG", **options):
    random = np.random.default_rng(seed)
    pixels = (
        random.integers(0, 256, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    )
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, kind, **options)
    return written.getvalue()


def metadata_header(**values):
    return ",".join(
        f"{key} {base64.b64encode(str(value).encode()).decode()}" for key, value in values.items()
    )


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]

    @property
    def offset(self):
        return int(self.headers["Upload-Offset"])


@dataclass
class Upload:
    """A capture about to be sent."""

    data: bytes
    over: dict = field(default_factory=dict)
    capture: str = field(default_factory=lambda: f"test-{next(_numbers):08d}")

    @property
    def headers(self):
        values = {
            "capture": self.capture,
            "sha256": hashlib.sha256(self.data).hexdigest(),
            "filename": f"{self.capture}.jpg",
            "filetype": "image/jpeg",
            "captured_at": "2026-11-23T21:49:58.031Z",
            "clock": "synced",
            "boot": "6f9c1e3a-52c4-4a86-9d0f-0e1a5c0b7d22",
            "monotonic_ns": "81274000000",
            "sequence": "42",
        } | self.over
        kept = {key: value for key, value in values.items() if value is not None}
        return {"Upload-Length": str(len(self.data)), "Upload-Metadata": metadata_header(**kept)}


class Agent:
    """Speaks the agent protocol by hand, so that it can also speak it wrongly."""

    def __init__(self, port, token=None, camera=None):
        self.port = port
        self.token = token
        self.camera = camera

    @property
    def authorization(self):
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def request(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(method, f"/agent/v1{path}", body, self.authorization | (headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def new_upload(self, data, **over):
        return Upload(data, over)

    def begin(self, upload, **headers):
        return self.request("POST", "/captures", TUS | upload.headers | headers)

    def send(self, upload, body=None, **headers):
        """Begin and bring bytes (all, if not said otherwise) in one request."""
        body = upload.data if body is None else body
        return self.request("POST", "/captures", TUS | BYTES | upload.headers | headers, body)

    def patch(self, upload, offset, body, **headers):
        return self.request(
            "PATCH",
            f"/captures/{upload.capture}",
            TUS | BYTES | {"Upload-Offset": str(offset)} | headers,
            body,
        )

    def head(self, upload, **headers):
        return self.request("HEAD", f"/captures/{upload.capture}", TUS | headers)

    def delete(self, upload):
        return self.request("DELETE", f"/captures/{upload.capture}", TUS)

    def post(self, path, message):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.request("POST", path, {"Content-Type": "application/json"}, body)

    def start_patch(self, upload, offset, length, first, **more):
        """Open a PATCH of `length` bytes and send only the first of them; the caller goes on, or does not."""
        link = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)
        lines = [f"PATCH /agent/v1/captures/{upload.capture} HTTP/1.1", "Host: test"]
        headers = (
            TUS | BYTES | self.authorization | {"Upload-Offset": offset, "Content-Length": length} | more
        )
        lines += [f"{name}: {value}" for name, value in headers.items()]
        link.sendall("\r\n".join([*lines, "", ""]).encode() + first)
        return link


def mounted(application):
    return Starlette(routes=[Mount("/agent/v1", CausalASGI(application))])


@pytest.fixture(scope="session")
def port():
    with serving(mounted(application)) as port:
        yield port


@pytest.fixture
def impatient_agent(agent):
    """An agent at a server that takes a link for dead when it is silent for half a second."""
    with serving(mounted(create_application(idle_s=0.5))) as port:
        yield Agent(port, agent.token, agent.camera)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def unpaired_agent(port, media, transactional_db):
    """An agent without a token."""
    return Agent(port)


@pytest.fixture
def agent(unpaired_agent):
    """An agent of a paired camera."""
    enrolment = actions.enrol("Roof")
    return Agent(unpaired_agent.port, enrolment.token, enrolment.camera)


@pytest.fixture
def picture():
    return make_picture


@pytest.fixture
def log_lines():
    """What eliot logs during a test."""
    lines = []
    eliot.add_destinations(lines.append)
    yield lambda: lines
    eliot.remove_destination(lines.append)


@pytest.fixture
def locked_database(transactional_db, monkeypatch):
    """Hold the database so that nobody else can write frames, from another connection; nobody waits long."""
    timeout_s = {"options": "-c lock_timeout=200"} if connection.vendor == "postgresql" else {"timeout": 0.2}
    for name, value in timeout_s.items():
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], name, value)

    @contextmanager
    def locked():
        entered, leave = threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("LOCK TABLE frames_frame IN EXCLUSIVE MODE")
                entered.set()
                leave.wait(30)
            connection.close()

        holder = threading.Thread(target=hold)
        holder.start()
        assert entered.wait(10)
        try:
            yield
        finally:
            leave.set()
            holder.join(10)

    return locked


@pytest.fixture
def agent_at():
    """Make an agent for any server."""
    return Agent
