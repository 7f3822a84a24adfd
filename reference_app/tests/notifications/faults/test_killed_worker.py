"""Workers really killed while they hand over a mail: it is sent at least once, each time with the same id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from tests import factories

from timelapse.notifications import tasks
from timelapse.notifications.deliveries import CLAIM_FOR
from timelapse.notifications.models import Delivery, Destination
from timelapse.rendering.models import Movie

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).parents[3]


def deliver_elsewhere(settings):
    """Start a process that delivers what is due from the databases of the test."""
    names = {alias: str(connections[alias].settings_dict["NAME"]) for alias in connections}
    command = [sys.executable, "-m", "tests.notifications.faults.delivering", json.dumps(names)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "timelapse.project.testing"}
    return subprocess.Popen([*command, json.dumps(settings.TIMELAPSE)], cwd=ROOT, env=environment)


@pytest.mark.parametrize(
    ("step", "received"),
    [
        pytest.param("RCPT", 0, id="before the server has the mail"),
        pytest.param("DATA", 1, id="before the server has answered"),
        pytest.param("QUIT", 1, id="after the server has accepted it"),
    ],
)
def test_what_a_killed_worker_was_sending_is_sent_by_another_and_nothing_is_lost(
    listener, mailbox, settings, monkeypatch, step, received
):
    Movie.objects.create(
        timelapse=factories.timelapse(),
        fps=30,
        width=64,
        height=48,
        state="failed",
        failure_message="The disk is full.",
        finished_at=timezone.now(),
    )
    tasks.watch()
    mailbox.hold_at = step
    worker = deliver_elsewhere(settings)
    assert mailbox.held.wait(60)
    worker.kill()
    worker.wait(10)
    assert len(mailbox.mails) == received
    assert Delivery.objects.get().state == Delivery.States.WAITING
    assert tasks.deliver() == 0, "the dead one's claim holds"

    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + CLAIM_FOR + timedelta(seconds=1))
    assert tasks.deliver() == 1
    assert len(mailbox.mails) == received + 1
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert Delivery.objects.get().state == Delivery.States.SENT
    assert Destination.objects.get().failures == 0
    assert tasks.deliver() == 0
