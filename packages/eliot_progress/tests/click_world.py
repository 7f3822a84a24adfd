"""The processes of one click: a web server, Celery workers and a camera, each with a log file of its own.

`uvicorn tests.click_world:web`, `celery -A tests.click_world:app worker`, `python -m tests.click_world`
(camera).
"""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import django
import httpx
from celery import Celery, chord
from channels.layers import get_channel_layer
from django.core.asgi import get_asgi_application

from eliot_progress import extract, inject, install, progress
from eliot_progress.adapters.asgi import CausalASGI
from eliot_progress.adapters.celery import install as install_celery
from eliot_progress.adapters.channels import group_name, publisher

ABOUT = "app.Click:1"
URL = os.environ["TESTS_VALKEY_URL"]

django.setup()
app = Celery("click", broker=URL, backend=URL, set_as_current=False, fixups=[])
app.conf.update(task_default_queue="click", broker_connection_retry_on_startup=True)
install_celery(app)
install(log_path=Path(os.environ["TESTS_LOG"]), on_change=publisher())


@app.task(name="prepare")
def prepare(n):
    with progress(f"click:prepare{n}", total=5) as work:
        work.advance(5)


@app.task(name="photograph")
def photograph():
    with progress("click:photograph", total=1, about=ABOUT) as work:
        headers = {}
        inject(headers)
        httpx.post(os.environ["TESTS_CAMERA"], headers=headers).raise_for_status()
        work.advance()


def click():
    chord([prepare.si(1), prepare.si(2)])(photograph.si())


async def sockets(scope, receive, send):
    """Tell the one who watches each state of what he watches, until it has ended."""
    layer, outcome = get_channel_layer(), None
    channel = await layer.new_channel()
    await layer.group_add(group_name(ABOUT), channel)
    await receive()
    await send({"type": "websocket.accept"})
    while outcome is None:
        state = (await layer.receive(channel))["state"]
        outcome = state["outcome"]
        await send({"type": "websocket.send", "text": f"{state['causal_id']} {state['done']:g} {outcome}"})
    await send({"type": "websocket.close"})


pages = get_asgi_application()


async def web(scope, receive, send):
    await (CausalASGI(sockets) if scope["type"] == "websocket" else pages)(scope, receive, send)


class Camera(BaseHTTPRequestHandler):
    def do_POST(self):
        with extract(self.headers).start_child("camera:capture"):
            headers = {}
            inject(headers)
            httpx.post(os.environ["TESTS_WEB"] + "/captured", headers=headers).raise_for_status()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(os.environ["TESTS_CAMERA"].rpartition(":")[2])), Camera).serve_forever()
