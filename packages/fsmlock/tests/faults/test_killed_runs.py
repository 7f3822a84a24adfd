from __future__ import annotations

import json
import os
import random
import threading
from pathlib import Path

import pytest
from django.db import connections

from tests.faults import actor
from tests.faults.world import run, start

ITEMS = int(os.environ.get("FSMLOCK_FAULT_ITEMS", "1500"))
KILLS = int(os.environ.get("FSMLOCK_FAULT_KILLS", "12"))


def killed_again_and_again(world, name):
    """Work on a run with workers that are killed at random; answers how often one was."""
    run(actor.prepare, world)
    run(actor.enqueue, world, name, ITEMS)
    pk = int(Path(f"{world['folder']}/pk").read_text())
    rng, kills, pause = random.Random(11), 0, threading.Event()
    while kills < KILLS:
        worker = start(actor.execute_run, world, pk)
        pause.wait(rng.uniform(0.2, 0.5))
        if worker.is_alive():
            worker.kill()
            kills += 1
        worker.join()
        if state(world, pk) == "succeeded":
            break
    while state(world, pk) != "succeeded":
        run(actor.execute_run, world, pk, within_s=60 + ITEMS / 20)
    return kills


def query(world, sql):
    connection = connections.create_connection("default")
    connection.settings_dict = {**connection.settings_dict, **world["database"]}
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    connection.close()
    return rows


def state(world, pk):
    return query(world, f"SELECT state FROM fsmlock_run WHERE id = {pk}")[0][0]


@pytest.mark.django_db
def test_with_one_commit_for_both_every_item_happens_exactly_once(world):
    assert killed_again_and_again(world, "Commits")
    items = [token for (token,) in query(world, "SELECT token FROM shop_write ORDER BY id")]
    assert items == list(range(ITEMS))


@pytest.mark.django_db
def test_without_it_a_kill_repeats_at_most_the_current_item(world, tmp_path, settings):
    kills = killed_again_and_again(world, "Lines")
    items = [int(line) for line in (tmp_path / "lines").read_text().splitlines()]
    assert sorted(set(items)) == list(range(ITEMS))
    assert len(items) - ITEMS <= kills
    shown = [json.loads(line)[0] for line in (tmp_path / "steps.log").read_text().splitlines()]
    assert shown == sorted(shown), "progress went backwards"
