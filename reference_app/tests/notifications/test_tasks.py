from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories

from timelapse.cameras.models import Camera
from timelapse.notifications import actions, deliveries, queries, recording, tasks
from timelapse.notifications.domain import Observation
from timelapse.notifications.models import Delivery, Destination, KnownNeed, Notification
from timelapse.rendering.models import Movie

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""
    moved = {"by": timedelta()}
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + moved["by"])

    def advance(**by):
        moved["by"] += timedelta(**by)

    return advance


@pytest.fixture(autouse=True)
def nothing_of_queues(monkeypatch):
    """Queues are looked at by tests of their own: there is no collector here."""
    monkeypatch.setattr(queries, "workers", lambda: ([], True))


def movie(timelapse, **values):
    row = Movie.objects.create(timelapse=timelapse, fps=30, width=64, height=48, **values)
    return Movie.objects.select_related("timelapse").get(pk=row.pk)


def failed(timelapse, **values):
    return movie(
        timelapse,
        state="failed",
        failure_code="disk_full",
        failure_message="The disk is full.",
        failure_remedy="Make room.",
        finished_at=timezone.now(),
        **values,
    )


def silence(camera, *, since):
    camera.heartbeat_at = camera.next_by = timezone.now() - since
    camera.save()


def beat():
    """What celery beat does, once."""
    tasks.watch()
    return tasks.deliver()


def watch_for(clock, seconds):
    for _ in range(seconds // 10):
        clock(seconds=10)
        beat()


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_a_failed_movie_is_mailed_once_with_its_cause(listener, mailbox):
    garden = factories.timelapse()
    row = failed(garden)
    for _ in range(3):
        beat()
    assert mailbox.titles == [f"Movie {row.pk} of Garden failed: The disk is full."]
    assert "Make room." in mailbox.text()
    assert "https://timelapse.example/movies/" in mailbox.text()
    assert states() == ["sent"]


def test_a_movie_that_fails_again_is_mailed_again(listener, mailbox, clock):
    row = failed(factories.timelapse())
    beat()
    Movie.objects.filter(pk=row.pk).update(state="queued", finished_at=None)
    watch_for(clock, 30)
    Movie.objects.filter(pk=row.pk).update(state="failed", finished_at=timezone.now())
    watch_for(clock, 30)
    assert len(mailbox.mails) == 2


def test_a_camera_that_is_offline_is_mailed_once_and_once_when_it_is_back(listener, mailbox, clock):
    roof = factories.camera("Roof")
    silence(roof, since=timedelta(hours=1))
    watch_for(clock, 60)
    assert mailbox.titles == []
    watch_for(clock, 60)
    assert mailbox.titles == ["Roof is offline."]
    roof.heartbeat_at, roof.next_by = timezone.now(), timezone.now() + timedelta(hours=1)
    roof.save()
    watch_for(clock, 120)
    assert mailbox.titles == ["Roof is offline.", "Roof reports again."]


def test_a_camera_that_was_renamed_meanwhile_is_back_under_its_new_name(listener, mailbox, clock):
    roof = factories.camera("Roof")
    silence(roof, since=timedelta(hours=1))
    watch_for(clock, 120)
    Camera.objects.filter(pk=roof.pk).update(name="Garden")
    watch_for(clock, 30)
    later = timezone.now() + timedelta(hours=1)
    Camera.objects.filter(pk=roof.pk).update(heartbeat_at=timezone.now(), next_by=later)
    watch_for(clock, 120)
    assert mailbox.titles == ["Roof is offline.", "Garden reports again."]


def test_a_camera_that_is_deleted_or_revoked_is_not_said_to_be_back(listener, mailbox, clock):
    roof = factories.camera("Roof")
    silence(roof, since=timedelta(hours=1))
    watch_for(clock, 120)
    Camera.objects.filter(pk=roof.pk).update(state="revoked")
    watch_for(clock, 120)
    assert mailbox.titles == ["Roof is offline."]


def test_only_who_requested_a_movie_is_mailed_that_it_is_ready(listener, mailbox, user):
    other = User.objects.create_user("other")
    other.user_permissions.set(user.user_permissions.all())
    actions.add_mail_address(other, "other@example.com")
    garden = factories.timelapse()
    row = movie(garden, state="ready", finished_at=timezone.now(), requested_by=other)
    movie(garden, state="ready", finished_at=timezone.now())
    beat()
    assert [mail["To"] for mail in mailbox.mails] == ["other@example.com"]
    assert mailbox.titles == [f"Movie {row.pk} of Garden is ready."]


def test_what_was_over_before_a_destination_was_added_is_no_news(user, mailbox, media):
    failed(factories.timelapse())
    actions.add_mail_address(user, "editor@example.com")
    beat()
    assert (mailbox.mails, Notification.objects.count()) == ([], 0)


def test_nobody_is_notified_of_what_they_may_not_see_or_do_not_want(listener, mailbox, user):
    actions.choose(
        user,
        kinds={"movie_failed": False},
        quiet_from=None,
        quiet_until=None,
        zone="UTC",
    )
    failed(factories.timelapse())
    beat()
    assert mailbox.mails == []
    other = User.objects.create_user("other")
    actions.add_mail_address(other, "other@example.com")
    failed(factories.timelapse(name="Meadow"))
    beat()
    assert mailbox.mails == []


def test_a_permission_that_is_taken_away_while_something_waits_counts(listener, mailbox, user):
    failed(factories.timelapse())
    tasks.watch()
    user.user_permissions.remove(Permission.objects.get(codename="view_movie"))
    tasks.deliver()
    assert (mailbox.mails, states()) == ([], ["outdated"])
    fresh = User.objects.get(pk=user.pk)
    assert queries.history(fresh) == []


def test_somebody_who_is_deactivated_gets_nothing(listener, mailbox, user):
    failed(factories.timelapse())
    tasks.watch()
    User.objects.filter(pk=user.pk).update(is_active=False)
    tasks.deliver()
    assert (mailbox.mails, states()) == ([], ["outdated"])


def test_a_mail_server_that_is_down_is_tried_again_and_shown_until_it_is_back(listener, mailbox, clock):
    mailbox.answer = "451 Greylisted"
    failed(factories.timelapse())
    beat()
    place = Destination.objects.get()
    assert (place.failures, place.error) == (1, "The mail server answered 451 Greylisted")
    assert place.failing_since is not None
    beat()
    assert Destination.objects.get().failures == 1  # it is left alone for a minute
    clock(minutes=2)
    beat()
    assert Destination.objects.get().failures == 2
    mailbox.answer = "250 OK"
    clock(minutes=3)
    beat()
    place = Destination.objects.get()
    assert (place.failures, place.failing_since, place.error, place.retry_at) == (0, None, "", None)
    assert (len(mailbox.mails), states()) == (1, ["sent"])


def test_after_a_day_it_is_given_up(listener, mailbox, clock):
    mailbox.answer = "451 Greylisted"
    failed(factories.timelapse())
    beat()
    attempts = 0
    while states() == ["waiting"]:
        clock(minutes=61)
        beat()
        attempts += 1
        assert attempts < 40
    assert states() == ["given_up"]
    assert attempts == 24
    mailbox.answer = "250 OK"
    clock(minutes=61)
    assert (tasks.deliver(), mailbox.mails) == (0, [])


def test_what_happens_in_quiet_hours_is_one_summary_of_what_is_still_so(listener, mailbox, user, clock):
    hour = timezone.now().hour
    quiet = {"quiet_from": hour, "quiet_until": (hour + 2) % 24, "zone": "UTC"}
    actions.choose(user, kinds={}, **quiet)
    roof, attic = factories.camera("Roof"), factories.camera("Attic")
    silence(roof, since=timedelta(hours=1))
    silence(attic, since=timedelta(hours=1))
    failed(factories.timelapse(factories.camera("Yard")))
    watch_for(clock, 120)
    attic.heartbeat_at, attic.next_by = timezone.now(), timezone.now() + timedelta(hours=5)
    attic.save()
    watch_for(clock, 120)
    assert mailbox.mails == []
    clock(hours=2)
    tasks.deliver()
    (title,) = mailbox.titles
    assert title.startswith("2 notifications: ")
    assert "Roof is offline." in mailbox.text()
    assert "Attic" not in mailbox.text()
    assert sorted(states()) == ["outdated", "outdated", "sent", "sent"]


def test_two_beats_at_once_mail_once(listener, mailbox, clock):
    failed(factories.timelapse())
    now = timezone.now()
    seen = queries.observe(now)
    assert (recording.record(seen, now), recording.record(seen, now)) == (1, 0)
    earlier = now - timedelta(seconds=1)
    assert recording.record(Observation(present=()), earlier) == 0
    assert KnownNeed.objects.count() == 1  # what was seen earlier doesn't undo it
    first = deliveries.claim(timezone.now())
    assert (first is not None, deliveries.claim(timezone.now())) == (True, None)


def test_beats_that_run_at_once_make_one_notification_and_one_mail(listener, mailbox):
    failed(factories.timelapse())
    start = threading.Barrier(4)

    def at_once(task):
        try:
            start.wait(10)
            return task()
        finally:
            connections.close_all()

    for task, results in ((tasks.watch, [0, 0, 0, 1]), (tasks.deliver, [0, 0, 0, 1])):
        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(at_once, [task] * 4)) == results
    assert (Notification.objects.count(), len(mailbox.mails)) == (1, 1)


def test_a_worker_that_is_killed_while_it_sends_has_its_message_sent_again_by_another(
    listener, mailbox, clock
):
    failed(factories.timelapse())
    tasks.watch()
    dead = deliveries.claim(timezone.now())
    assert tasks.deliver() == 0
    clock(minutes=6)
    assert tasks.deliver() == 1
    assert len(mailbox.mails) == 1
    sent = list(Delivery.objects.all())
    deliveries.settle(dead, sent, [], error="It was late.", now=timezone.now())  # it was not dead, only slow
    assert (states(), Destination.objects.get().failures) == (["sent"], 0)


def test_a_mail_that_is_sent_again_has_the_same_id(listener, mailbox, clock):
    failed(factories.timelapse())
    tasks.watch()
    claimed = deliveries.claim(timezone.now())
    due = queries.due_deliveries(claimed, timezone.now())
    tasks.send(claimed, tasks.composed(due, queries.choices([listener])[listener.pk].time_zone))
    clock(minutes=6)
    tasks.deliver()
    first, again = mailbox.mails
    assert first["Message-ID"] == again["Message-ID"]


def test_what_people_were_notified_of_is_kept_up_to_a_number(listener, mailbox, monkeypatch):
    monkeypatch.setattr(recording, "KEPT", 3)
    garden = factories.timelapse()
    for _ in range(5):
        failed(garden)
    beat()
    failed(garden)
    beat()
    assert Notification.objects.count() == 3
    assert len(mailbox.mails) == 2


def test_the_number_of_queries_does_not_grow_with_cameras_movies_and_people(
    listener, mailbox, user, django_assert_max_num_queries
):
    def add(number):
        for each in range(number):
            silence(factories.camera(f"Camera {each}"), since=timedelta(hours=1))
            failed(factories.timelapse(factories.camera(f"Yard {each}")))

    def look():
        now = timezone.now()
        return recording.record(queries.observe(now), now)

    add(1)
    with CaptureQueriesContext(connection) as with_one:
        assert look() == 1
    add(8)
    for number in range(3):
        other = User.objects.create_user(f"other{number}")
        other.user_permissions.set(user.user_permissions.all())
        actions.add_mail_address(other, "other@example.com")
    add(4)
    with django_assert_max_num_queries(len(with_one) + 6):  # each person's notifications are trimmed
        assert look() == 12
