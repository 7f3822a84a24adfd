from __future__ import annotations

import time

import pytest
from django.urls import reverse

from eliot_progress.django import overview
from eliot_progress.django.store import DjangoStore
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample, task_state

pytestmark = pytest.mark.django_db
PAGE = "admin:eliot_progress_taskrecord_changelist"


@pytest.fixture
def see(admin_client):
    def look(name, *arguments, **query):
        return admin_client.get(reverse(name, args=arguments), query).content.decode()

    return look


@pytest.fixture
def tasks():
    now, store = time.time(), DjangoStore()
    alive = {"started_at": now - 60, "heartbeat_at": now, "next_by": now + 99, "grace_s": 5.0}
    store.record(
        sample(1, level=(2,), about="Alive", by="admin", done=30, total=120, eta_s=(60, 90), **alive)
    )
    stalled = {"started_at": now - 99, "heartbeat_at": now - 60, "next_by": now - 50, "grace_s": 5.0}
    store.record(sample(1, level=(3,), about="Stalled", **stalled), received_at=now - 60)
    store.record(sample(1, level=(4,), about="Failed", outcome="failed", reason="disk full", **alive))
    store.record(sample(1, level=(5,), about="Done", outcome="succeeded", **alive))


@pytest.mark.parametrize(
    ("show", "seen"),
    [
        ("all", {"Alive", "Stalled", "Failed", "Done"}),
        ("mine", {"Alive"}),
        ("stalled", {"Stalled"}),
        ("failed", {"Failed"}),
        ("nonsense", {"Alive", "Stalled", "Failed", "Done"}),
    ],
)
def test_the_overview_shows_what_is_asked_for(tasks, see, show, seen):
    page = see(PAGE, show=show)
    assert {
        about for about in ("Alive", "Stalled", "Failed", "Done") if f"<small>{about}</small>" in page
    } == seen


def test_the_overview_tells_how_far_how_long_still_and_whether_it_is_alive(tasks, see):
    page = see(PAGE)
    assert '<progress value="25" max="100"' in page
    assert "1 min 0 s to 1 min 30 s" in page
    assert '<span class="ep-badge ep-stalled">stalled</span>' in page
    assert "disk full" in page


def test_a_part_of_the_overview_comes_without_the_page_around_it(tasks, see):
    part = see(PAGE, part="1")
    assert "<html" not in part
    assert "Alive" in part


def test_an_ended_task_has_no_time_left_and_a_stalled_one_none_to_trust():
    running = task_state(eta_s=(1.0, 2.0), next_by=101.0)
    assert overview.task(running, 100.5).left == "1 to 2 s"
    assert overview.task(running, 1e6).left == ""
    assert overview.task(task_state(eta_s=(1.0, 2.0), outcome="failed"), 100.5).left == ""


def test_the_place_of_a_task_in_its_tree():
    assert overview.task(task_state(level=(2, 13)), 0.0).path == "a2/b13"


OTHERS = MemoryStore()


def other_store():
    return OTHERS


def test_what_ended_comes_from_the_store_that_the_settings_name(see, settings):
    OTHERS.record(sample(1, level=(7,), about="app.Movie:77", outcome="failed", reason="no film"))
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.other_store"}
    assert "no film" in see(PAGE, show="failed")
    assert "no film" not in see(PAGE, show="mine")
