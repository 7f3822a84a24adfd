from __future__ import annotations

import pytest

from fsmlock.models import Run
from tests.shop.iterations import SendMails


def url(run):
    return f"/admin/fsmlock/run/{run.pk}/change/"


def press(client, run, name):
    """Press a button as the page has it: with the inline form of the errors."""
    form = {"errors-TOTAL_FORMS": 0, "errors-INITIAL_FORMS": 0, "_fsmlock": name}
    return client.post(url(run), form, follow=True).content.decode()


def test_runs_are_listed_with_their_progress(db, admin_client):
    SendMails.enqueue(count=3, by="editor")
    page = admin_client.get("/admin/fsmlock/run/").content.decode()
    assert "SendMails" in page
    assert "0 of ? mails" in page
    assert "/admin/fsmlock/run/add/" not in page


def test_a_page_shows_what_failed_and_offers_what_can_be_done(db, admin_client):
    run = SendMails.enqueue(count=3)
    run.errors.create(cursor=1, item="mail 1", error="no such address")
    page = admin_client.get(url(run)).content.decode()
    assert "no such address" in page
    assert 'value="pause_at_once"' in page
    assert 'value="succeed"' not in page


def test_a_button_pauses_a_run_and_records_the_user(db, admin_client):
    run = SendMails.enqueue(count=3)
    assert "is paused." in press(admin_client, run, "pause_at_once")
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.requested_by) == ("paused", "admin")


def test_a_button_that_came_too_late_says_why(db, admin_client):
    run = SendMails.enqueue(count=3)
    run.cancel()
    assert "is cancelled" in press(admin_client, run, "pause_at_once")
    assert Run.objects.get(pk=run.pk).state == "cancelled"


def test_a_transition_for_workers_can_not_be_forged(db, admin_client):
    run = SendMails.enqueue(count=3)
    assert "is not a transition of a run" in press(admin_client, run, "succeed")
    assert Run.objects.get(pk=run.pk).state == "enqueued"


def failed_run(db, count=2):
    run = SendMails.enqueue(count=3)
    run.start()
    run.fail()
    run.save()
    return run, [run.errors.create(cursor=n, item=f"mail {n}", error="no such address") for n in range(count)]


def retry(client, run, error):
    form = {"errors-TOTAL_FORMS": 0, "errors-INITIAL_FORMS": 0, "_fsmlock_retry": error}
    return client.post(url(run), form, follow=True).content.decode()


def test_one_failed_item_is_retried_and_no_other(db, admin_client):
    run, (_, second) = failed_run(db)
    assert f'name="_fsmlock_retry" value="{second.pk}"' in admin_client.get(url(run)).content.decode()
    page = retry(admin_client, run, second.pk)
    retrying = Run.objects.get(retry_of=run)
    assert f"{retrying} retries mail 1." in page
    assert (retrying.retried_errors, retrying.by) == ([second.pk], "admin")


def test_while_one_item_is_retried_another_waits_for_its_end(db, admin_client):
    run, (first, second) = failed_run(db)
    retry(admin_client, run, first.pk)
    assert "is retrying failed items already" in retry(admin_client, run, second.pk)
    assert Run.objects.filter(retry_of=run).count() == 1


@pytest.mark.parametrize("key", ["999999", "9" * 400, "nonsense", ""])
def test_an_item_that_does_not_exist_is_not_retried(db, admin_client, key):
    run, _ = failed_run(db)
    assert "Nothing to retry" in retry(admin_client, run, key)


def test_the_items_of_a_run_that_is_not_over_have_no_buttons(db, admin_client):
    run = SendMails.enqueue(count=3)
    error = run.errors.create(cursor=1, item="mail 1", error="no such address")
    assert "_fsmlock_retry" not in admin_client.get(url(run)).content.decode()
    assert "is not over" in retry(admin_client, run, error.pk)


def test_nothing_can_be_edited(db, admin_client):
    run = SendMails.enqueue(count=3)
    form = {"errors-TOTAL_FORMS": 0, "errors-INITIAL_FORMS": 0, "done": 99, "state": "succeeded"}
    admin_client.post(url(run), form, follow=True)
    run = Run.objects.get(pk=run.pk)
    assert (run.done, run.state) == (0, "enqueued")


def test_a_requested_change_does_not_overwrite_what_the_worker_wrote_meanwhile(db, admin_client, monkeypatch):
    run = SendMails.enqueue(count=3)

    def overtaken(self, request, obj, form, change):
        Run.objects.filter(pk=run.pk).update(done=2, cursor=2)

    monkeypatch.setattr("fsmlock.admin.RunAdmin.save_model", overtaken)
    press(admin_client, run, "pause_at_once")
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.done, run.cursor) == ("paused", 2, 2)
