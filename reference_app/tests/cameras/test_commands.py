from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from eliot import start_action

from eliot_progress import extract
from fsmlock import Refused
from timelapse.cameras import actions, commands
from timelapse.cameras.models import Camera, Command
from timelapse.cameras.steering import COMMANDS_LAST, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return User.objects.create_superuser("admin")


@pytest.fixture
def camera():
    camera = actions.enrol("Roof").camera
    Camera.objects.filter(pk=camera.pk).update(beat_at=timezone.now())
    return camera


def test_a_command_is_told_until_it_is_acknowledged(camera, admin):
    given = commands.give(camera, "capture", by=admin)
    for _ in range(2):
        assert [told.pk for told in commands.to_tell(camera.pk)] == [given.pk]
    reports = [Report(command=given.pk, state="running")]
    assert commands.note_reports(camera.pk, reports) == [given.pk]
    assert commands.to_tell(camera.pk) == []


def test_a_command_says_what_caused_it(camera, admin):
    with start_action(action_type="click") as click:
        given = commands.give(camera, "capture", by=admin)
    origin = extract(Command.objects.get(pk=given.pk).cause)
    assert origin.task_uuid == click.task_uuid
    assert commands.give(camera, "preview", by=admin).cause == {}


def test_who_asked_when_and_what_came_of_it_is_kept_when_the_account_goes(camera, admin):
    given = commands.give(camera, "capture", by=admin)
    commands.to_tell(camera.pk)
    done = Report(command=given.pk, state="done", message="Taken.", capture="roof-00000042")
    commands.note_reports(camera.pk, [done])
    admin.delete()
    kept = Command.objects.get()
    assert (kept.asked_by, kept.asked_by_name) == (None, "admin")
    assert (kept.state, kept.message, kept.capture) == ("done", "Taken.", "roof-00000042")
    assert kept.asked_at <= kept.told_at <= kept.reported_at


def test_what_has_ended_stays_as_it_ended(camera, admin):
    given = commands.give(camera, "restart", by=admin)
    commands.note_reports(camera.pk, [Report(command=given.pk, state="done", message="Restarted.")])
    late = Report(command=given.pk, state="failed", message="No.")
    assert commands.note_reports(camera.pk, [late]) == [given.pk]
    assert Command.objects.get().message == "Restarted."


def test_a_report_of_another_cameras_command_changes_nothing(camera, admin):
    given = commands.give(camera, "restart", by=admin)
    other = actions.enrol("Garden").camera
    assert commands.note_reports(other.pk, [Report(command=given.pk, state="done")]) == [given.pk]
    assert Command.objects.get().state == "waiting"


def test_the_same_command_waits_only_once(camera, admin):
    given = commands.give(camera, "preview", by=admin)
    with pytest.raises(Refused, match="under way"):
        commands.give(camera, "preview", by=admin)
    commands.note_reports(camera.pk, [Report(command=given.pk, state="failed")])
    assert commands.give(camera, "preview", by=admin).pk != given.pk


def test_an_old_command_is_not_told_any_more(camera, admin):
    commands.give(camera, "capture", by=admin)
    later = timezone.now() + COMMANDS_LAST + timedelta(minutes=1)
    assert commands.to_tell(camera.pk, now=later) == []


def test_who_may_not_steer_gives_no_command(camera):
    editor = User.objects.create_user("editor")
    with pytest.raises(Refused, match="permission"):
        commands.give(camera, "capture", by=editor)
    assert not Command.objects.exists()


def test_the_newest_commands_of_nine_cameras_take_one_query(camera, admin, django_assert_num_queries):
    cameras = [camera, *(actions.enrol(f"Camera {number}").camera for number in range(8))]
    for each in cameras:
        for _ in range(commands.SHOWN + 2):
            Command.objects.create(camera=each, name="capture", asked_by_name="x")
    with django_assert_num_queries(1):
        found = commands.commands_of([each.pk for each in cameras])
    assert {len(rows) for rows in found.values()} == {commands.SHOWN}
