from __future__ import annotations

import time

import pytest
from celery import Celery
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import resolve, reverse
from tests.waiting import wait_until

from queue_insight import control, snapshot
from queue_insight.collector_state import CollectorState, ObservedOutcome
from queue_insight.models import ActionRecord, PausedQueue
from queue_insight.page import pauses
from queue_insight.page.actions import ACTIONS
from queue_insight.testing.states import save

pytestmark = pytest.mark.django_db
ACT = "admin:queue_insight_act"


@pytest.fixture(autouse=True)
def current(app):
    app.set_current()
    return app


def post(client, action, **fields):
    return client.post(reverse(ACT), {"action": action, **fields})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def staff(client, django_user_model):
    """Staff who may view the page and do nothing."""
    user = django_user_model.objects.create_user("anna", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_queue"))
    client.force_login(user)
    return user


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_needs_its_own_permission(client, staff, action):
    others = Permission.objects.filter(content_type__app_label="queue_insight")
    staff.user_permissions.set(others.exclude(codename=ACTIONS[action].permission))
    assert post(client, action, task="t1", queue="celery", worker="w", name="n").status_code == 403
    assert not ActionRecord.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_each_permission_exists_and_is_enough(client, staff, action):
    staff.user_permissions.add(Permission.objects.get(codename=ACTIONS[action].permission))
    assert post(client, action).status_code == 302


def test_a_button_is_shown_to_those_who_may_press_it(client, staff, app):
    app.send_task("work.do")
    address = reverse("admin:queue_insight_queue") + "?name=celery"
    assert b'value="purge"' not in client.get(address).content
    staff.user_permissions.add(Permission.objects.get(codename="purge_queue"))
    assert b'value="purge"' in client.get(address).content


def test_an_action_is_posted_with_a_token(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.get(reverse(ACT)).status_code == 405
    assert post(client, "cancel", task="t1").status_code == 403


def test_its_record_stays_if_it_fails_in_a_project_of_atomic_requests():
    assert resolve(reverse(ACT)).func._non_atomic_requests == {"default"}


def test_an_action_that_does_not_exist_is_not_found(admin_client):
    assert post(admin_client, "explode").status_code == 404


def test_it_counts_and_asks_before_anything_is_done(admin_client, app):
    for _ in range(3):
        app.send_task("work.do")
    app.send_task("work.other")
    response = post(admin_client, "cancel", queue="celery", match="work.do")
    assert "Cancel 3 tasks?" in response.content.decode()
    response = admin_client.post(reverse(ACT), {"all": "work."})
    assert "Cancel 4 tasks?" in response.content.decode()
    assert not ActionRecord.objects.exists()


def test_what_nobody_confirmed_is_recorded_as_that(admin_client, app):
    task_id = app.send_task("work.do").id
    response = post(admin_client, "cancel", task=task_id, confirmed="1")
    record = ActionRecord.objects.get()
    assert (record.by, record.action, record.target, record.number) == ("admin", "cancel", task_id, 1)
    assert "proves nothing" in record.result
    assert "proves nothing" in said(response)[0]
    page = admin_client.get(reverse("admin:queue_insight_actionrecord_changelist"))
    assert "proves nothing" in page.content.decode()


def test_the_record_of_actions_cannot_be_changed(admin_client):
    record = ActionRecord.objects.create(by="anna", action="purge", target="movies")
    for name in ("change", "delete"):
        address = reverse(f"admin:queue_insight_actionrecord_{name}", args=[record.pk])
        assert admin_client.post(address, {"by": "bert"}).status_code == 403
    assert ActionRecord.objects.get().by == "anna"


@pytest.mark.parametrize(("typed", "left"), [("celer", 1), ("celery", 0)])
def test_a_purge_needs_the_name_of_the_queue(admin_client, app, typed, left):
    app.send_task("work.do")
    assert 'name="typed"' in post(admin_client, "purge", queue="celery").content.decode()
    post(admin_client, "purge", queue="celery", confirmed="1", typed=typed)
    assert snapshot(app).queue("celery").depth == left
    assert ActionRecord.objects.get().target == f"celery (typed: {typed})"


def test_a_queue_that_no_worker_consumes_is_not_paused(admin_client):
    post(admin_client, "pause", queue="celery", confirmed="1")
    assert not PausedQueue.objects.exists()
    assert "nothing was paused" in ActionRecord.objects.get().result


@pytest.mark.parametrize(
    ("action", "fields", "why"),
    [
        ("resume", {"queue": "celery"}, "Nobody paused it"),
        ("limit", {"name": "work.do", "rate": "often"}, "enter a rate"),
        ("retry", {"task": "nowhere"}, "no result backend"),
        ("purge", {"queue": "celery", "typed": ""}, "typed is not"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(admin_client, app, action, fields, why):
    app.send_task("work.do")
    post(admin_client, action, confirmed="1", **fields)
    assert why in ActionRecord.objects.get().result


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_it_leads_back_to_the_page_and_nowhere_else(admin_client, back):
    response = post(admin_client, "cancel", task="t1", confirmed="1", back=back)
    assert response["Location"] == reverse("admin:queue_insight_queue_changelist")


@pytest.mark.slow
def test_a_paused_queue_says_so_everywhere_until_it_is_resumed(
    admin_client, app, store, worker, run_collector, tmp_path
):
    worker("-E", "-c", "1")
    run_collector()
    wait_until(lambda: (w := snapshot(app, store=store).workers) and w[0].slots)
    post(admin_client, "pause", queue="celery", confirmed="1")
    assert PausedQueue.objects.get().workers == ["one@test"]
    wait_until(lambda: control.consumers(app, "celery") == ())
    task_id = app.send_task("work.touch", (str(tmp_path / "done"),)).id
    for name, query in [("queue_changelist", ""), ("queue", "?name=celery"), ("task", f"?id={task_id}")]:
        page = admin_client.get(reverse(f"admin:queue_insight_{name}") + query).content.decode()
        assert "aused by admin" in page, name
        assert "Start one" not in page, name
    response = post(admin_client, "resize", worker="one@test", slots="2", confirmed="1")
    assert "one@test gets 2 slots instead of 1" in said(response)[0]
    assert not (tmp_path / "done").exists()

    post(admin_client, "resume", queue="celery", confirmed="1")
    wait_until((tmp_path / "done").exists)
    assert not PausedQueue.objects.exists()
    assert [record.action for record in ActionRecord.objects.order_by("pk")] == ["pause", "resize", "resume"]


def test_a_paused_queue_that_nobody_else_names_is_still_listed_and_has_its_page(admin_client, app):
    pauses.remember("forgotten", by="anna", workers=("one@test",))
    with Celery("elsewhere", broker=app.conf.broker_url, set_as_current=False) as elsewhere:
        elsewhere.send_task("work.do", queue="forgotten")
    assert snapshot(app).queue("forgotten") is None
    overview = admin_client.get(reverse("admin:queue_insight_queue_changelist"))
    (row,) = [each for each in overview.context["arranged"].rows if each.name == "forgotten"]
    assert (row.label, row.waiting) == ("paused", 1)
    page = admin_client.get(reverse("admin:queue_insight_queue") + "?name=forgotten").content.decode()
    assert 'value="resume"' in page
    post(admin_client, "resume", queue="forgotten", confirmed="1")
    assert ActionRecord.objects.get().action == "resume"


def test_a_task_that_waits_is_not_sent_again_and_the_reason_is_its_state(admin_client, app):
    task_id = app.send_task("work.do").id
    post(admin_client, "retry", task=task_id, confirmed="1")
    assert ActionRecord.objects.get().result == f"Nothing was sent: task {task_id} waits in its queue."


def test_all_that_failed_and_match_are_counted_before_they_are_sent_again(admin_client, store):
    ended = [
        ObservedOutcome(id=f"f{n}", outcome=outcome, at=time.time(), name=name)
        for n, (outcome, name) in enumerate(
            [("failed", "shop.pay"), ("succeeded", "shop.pay"), ("failed", "shop.pay"), ("failed", "work.do")]
        )
    ]
    save(store, CollectorState(collected_at=time.time(), next_by=time.time() + 60, finished=tuple(ended)))
    page = admin_client.get(reverse("admin:queue_insight_search") + "?q=shop.pay").content.decode()
    assert "Send all again that failed and match" in page
    asked = admin_client.post(reverse(ACT), {"failed": "shop.pay"}).content.decode()
    assert "Send again 2 tasks?" in asked
    post(admin_client, "retry", failed="shop.pay", confirmed="1")
    assert ActionRecord.objects.get().target == "f2, f0"
