from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.accounts.people import ME, browser, sign_in, signed_in, with_role

from timelapse.accounts import sessions, tasks
from timelapse.accounts.models import BrowserSession, LastSeen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_was_seen(monkeypatch):
    cache.clear()
    monkeypatch.setattr(sessions, "_looked", sessions._Looked())
    yield
    cache.clear()


@pytest.fixture
def ben():
    return with_role("ben", "viewer")


def forget(monkeypatch):
    """Look again, as another process would."""
    monkeypatch.setattr(sessions, "_looked", sessions._Looked())


def writes(asker):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        asker.ask(ME)
    return [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "BEGIN", "COMMIT"))]


def test_a_session_says_where_and_since_when(ben):
    asker = browser()
    asker.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Firefox/144.0"
    before = timezone.now()
    sign_in(asker, "ben")
    found = BrowserSession.objects.get()
    assert (found.user, found.browser, found.address) == (ben, "Firefox on Linux", "127.0.0.1")
    assert before - timedelta(seconds=1) <= found.began_at <= found.last_seen_at <= timezone.now()
    assert LastSeen.objects.get(user=ben).at == found.last_seen_at


def test_it_is_written_once_a_minute_that_a_session_was_seen_and_not_with_each_request(ben, monkeypatch):
    asker = signed_in(ben)
    assert writes(asker) == []
    forget(monkeypatch)
    assert [sql.split(" SET ")[0] for sql in writes(asker)] == ['UPDATE "accounts_browsersession"']
    then = timezone.now() - timedelta(minutes=1, seconds=1)
    BrowserSession.objects.update(last_seen_at=then)
    forget(monkeypatch)
    assert len(writes(asker)) == 2
    assert writes(asker) == []
    seen = BrowserSession.objects.get().last_seen_at
    assert seen > then
    assert LastSeen.objects.get().at == seen


def test_whoever_is_not_signed_in_is_not_noted(anonymous):
    anonymous.ask(ME)
    assert not BrowserSession.objects.exists()


def test_signing_out_deletes_the_session_and_keeps_when_the_person_was_seen(ben):
    asker = signed_in(ben)
    asker.ask("mutation { signOut { errors { code } } }")
    assert not BrowserSession.objects.exists()
    assert not Session.objects.exists()
    assert LastSeen.objects.get().user == ben


def test_somebody_has_so_many_sessions_and_a_further_one_ends_that_seen_longest_ago(ben):
    with_role("eve", "viewer")
    other = signed_in(with_role("zoe", "viewer"))
    first, *_ = [signed_in(ben) for _ in range(sessions.MOST_SESSIONS)]
    BrowserSession.objects.filter(session_id=first.client.session.session_key).update(
        last_seen_at=timezone.now() - timedelta(days=1)
    )
    last = signed_in(ben)
    assert BrowserSession.objects.filter(user=ben).count() == sessions.MOST_SESSIONS
    assert first.ask(ME)["data"]["me"] is None
    assert last.ask(ME)["data"]["me"] == {"username": "ben"}
    assert other.ask(ME)["data"]["me"] == {"username": "zoe"}


def test_sessions_that_are_over_are_deleted(ben):
    over, _going_on = signed_in(ben), signed_in(ben)
    key = over.client.session.session_key
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert tasks.clear_sessions() == 1
    assert not BrowserSession.objects.filter(session_id=key).exists()
    assert BrowserSession.objects.count() == 1


def test_a_session_that_ends_while_it_is_noted_is_nobodys_problem(ben, monkeypatch):
    asker = signed_in(ben)
    session = asker.client.session
    Session.objects.all().delete()
    forget(monkeypatch)
    sessions.note(sessions.Visit(session=session, address="not an address", user_agent=""))
    assert not BrowserSession.objects.exists()


def test_what_a_process_remembers_is_bounded(monkeypatch):
    monkeypatch.setattr(sessions, "_MOST_KNOWN", 2)
    looked = sessions._Looked()
    for key in "abc":
        looked.note(key)
    assert [looked.is_due(key) for key in "abc"] == [True, False, False]
