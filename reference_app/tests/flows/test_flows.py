"""The flows of docs/architecture.md as they really run: each step's file is on the call stack, in that order.

A flow that crosses threads or processes leaves several stacks; the page lists them one after the other.
"""

from __future__ import annotations

import os
import re
import signal
import threading

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from celery import Celery
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from PIL import Image
from strawberry import relay
from tests.factories import film
from tests.flows.call_stack import ROOT, stacks_at
from tests.ingest.conftest import mounted
from tests.project.test_asgi import Socket
from tests.serving import serving

import fsmlock
from camera_agent.agent import Agent
from camera_agent.config import read
from camera_agent.drivers.process import DriverProcess
from camera_agent.home import Home
from camera_agent.remote.client import Client as HttpClient
from camera_agent.spool.store import Spool
from eliot_progress import progress
from eliot_progress.destinations import flush_all
from fsmlock.adapters.celery import execute_run
from fsmlock.evaluation import Evaluator
from fsmlock.iteration import Iteration
from timelapse.cameras import actions as cameras
from timelapse.ingest.http import application as ingest
from timelapse.ingest.pipeline import incoming, store
from timelapse.rendering.graphql import updates
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline import encode, render
from timelapse.rendering.tasks import render_movie
from timelapse.shared import live
from timelapse.shared.live.publisher import Publisher
from timelapse.shared.live.watch import EventQueue
from timelapse.shared.progress import about

PAGE = ROOT / "docs" / "architecture.md"
pytestmark = pytest.mark.django_db(transaction=True)

RENDER = """mutation ($input: RenderTimelapseInput!) {
  renderTimelapse(input: $input) { errors { message } }
}"""
WHY = """query ($id: ID!) {
  node(id: $id) { ... on Timelapse { availableTransitions { name allowed reasons { message } } } }
}"""
#: What every request passes, whatever it asks for.
MIDDLEWARE = [
    "eliot_progress/django/middleware.py",
    "timelapse/project/middleware.py",
    "timelapse/accounts/seen_middleware.py",
]


def flows():
    """Each flow of the page: its title, the most files that it may take, and the files of its steps."""
    for section in PAGE.read_text("utf-8").split("\n### ")[1:]:
        title, _, text = section.partition("\n")
        if limit := re.search(r"\((\d+) files?\)$", title):
            steps = re.findall(r"^\d+\. `([\w/.]+)`", text, re.MULTILINE)
            yield title.removesuffix(limit.group()).strip(), (int(limit[1]), steps)


FLOWS = dict(flows())


def steps(title):
    return FLOWS[title][1]


def test_the_page_has_the_five_flows_and_counts_their_files():
    assert {title: len(steps) for title, (_, steps) in FLOWS.items()} == {
        title: count for title, (count, _) in FLOWS.items()
    }
    bounds = {
        "A frame, from the shutter to the spool": 8,
        "A frame, from the upload to the store": 10,
        "From the Celery message to the item": 4,
        "One progress report, to the page": 8,
    }
    assert {title: FLOWS[title][0] for title in bounds if FLOWS[title][0] > bounds[title]} == {}
    assert len(FLOWS) >= 5


@pytest.mark.parametrize("file", sorted({file for _, files in FLOWS.values() for file in files}))
def test_a_file_of_the_page_exists(file):
    folders = [
        *ROOT.glob("packages/*/src"),
        ROOT / "reference_app" / "src",
        ROOT / "reference_app" / "ui" / "src",
    ]
    assert any((folder / file).is_file() for folder in folders)


def ran(*stacks):
    """The files of several stacks, one after the other; a repeated one counts where it comes first."""
    return list(dict.fromkeys(file for stack in stacks for file in stack if file not in MIDDLEWARE))


def containing(stacks, *files):
    """The first of the stacks on which all the files lie."""
    return next(stack for stack in stacks if set(files) <= set(stack))


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "pictures" / "1.jpg"
    path.parent.mkdir()
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(path)
    return path


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


class Collect(Iteration):
    def items(self):
        return [1, 2, 3]

    def each(self, item):
        """Nothing: only the way to it counts."""


def test_a_celery_message_reaches_the_item():
    run = Collect.enqueue()
    with stacks_at(Collect, "each") as stacks:
        execute_run.run(run.pk)
    assert len(stacks) == 3
    assert ran(stacks[0]) == steps("From the Celery message to the item")


def test_a_hold_of_a_movie_is_decided_with_its_timelapse_in_one_statement(picture):
    movie = Movie.objects.create(timelapse=film([picture]), fps=30, width=64, height=48)
    with stacks_at(CursorWrapper, "execute") as stacks, fsmlock.hold(movie, "change"):
        taken = len(stacks)
    expected = list(steps("An inherited lock, from `hold` to the statement"))
    if connection.vendor == "postgresql":  # as the page says of its last step
        expected[-1:] = ["fsmlock/backends/postgresql.py"]
    assert ran(stacks[0]) == expected
    assert taken == 1


def test_why_not_is_answered_from_the_field_to_the_lock(picture, member):
    timelapse = film([picture])
    with stacks_at(Evaluator, "check_lock") as stacks:
        member.ask(WHY, id=relay.to_base64("Timelapse", timelapse.pk))
    assert ran(stacks[0]) == steps("“Why can't I?”, from the field to the lock")


def test_a_click_on_render_reaches_the_encoder(picture, member):
    timelapse = relay.to_base64("Timelapse", film([picture]).pk)
    with stacks_at(Celery, "send_task") as sent:
        member.ask(RENDER, input={"timelapse": timelapse, "fps": 30, "width": 64, "height": 48})
    with stacks_at(render, "encode_segments") as begun, stacks_at(encode, "_stream") as encoded:
        render_movie.run(Movie.objects.get().pk)
    assert ran(sent[0], begun[0], encoded[0]) == steps("Render, from the click to the encoder")


async def test_a_progress_report_reaches_the_page(picture, user):
    timelapse = await sync_to_async(film)([picture])
    movie = await Movie.objects.acreate(timelapse=timelapse, fps=30, width=64, height=48)
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    group = relay.to_base64("Timelapse", timelapse.pk)
    with (
        stacks_at(Publisher, "publish") as published,
        stacks_at(EventQueue, "put") as queued,
        stacks_at(updates, "set_published_progress") as changed,
    ):
        await socket.subscribe(f'subscription {{ timelapseUpdates(id: "{group}") {{ seq }} }}')
        await sync_to_async(report, thread_sensitive=False)(movie)
        while not changed:
            await socket.hear()
    await socket.close()
    on_the_server = ran(published[0], queued[0], changed[-1][-2:-1])
    assert on_the_server == steps("One progress report, to the page")[: len(on_the_server)]


def report(movie):
    with progress("render:movie", total=2, about=about(movie)) as work:
        work.advance()
    flush_all()
    live.flush()


def test_a_frame_goes_from_the_shutter_to_the_page(tmp_path):
    with serving(mounted(ingest)) as port:
        home = Home(tmp_path / "agent").create()
        enrolled = cameras.enrol("Roof")
        server = f"http://127.0.0.1:{port}"
        home.write(home.identity_file, {"server": server, "camera": "", "name": "Roof"})
        home.save_token(enrolled.token)
        home.config_file.write_text(f'driver = "simulated"\nserver = "{server}"\n')
        with (
            stacks_at(DriverProcess, "capture") as captured,
            stacks_at(Spool, "put") as spooled,
            stacks_at(HttpClient, "send") as sent,
            stacks_at(incoming.Incoming, "append") as appended,
            stacks_at(store, "store_frame") as stored,
            stacks_at(Publisher, "publish") as published,
        ):
            stop_when(lambda: stored)
            Agent(home, read(home.config_file), notify=print).run()
            live.flush()
    assert ran(captured[0], spooled[0]) == steps("A frame, from the shutter to the spool")
    assert ran(sent[0]) == steps("A frame, from the spool to the upload")
    assert ran(appended[0], stored[0]) == steps("A frame, from the upload to the store")
    assert containing(published, *stored[0][:-1])


def stop_when(condition):
    """End the agent as a person does, by SIGTERM."""

    def wait():
        while not condition():
            threading.Event().wait(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
