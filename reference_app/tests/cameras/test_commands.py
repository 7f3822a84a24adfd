from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from eliot import start_action

from eliot_progress import extract
from fsmlock import Refused
from timelapse.cameras import actions, commands
from timelapse.cameras.command_rules import COMMAND_LIFETIME, CommandResult
from timelapse.cameras.models import Camera, Command

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return User.objects.create_superuser("admin")


@pytest.fixture
def camera():
    camera = actions.enrol("Roof").camera
    Camera.objects.filter(pk=camera.pk).update(heartbeat_at=timezone.now())
    return camera


def test_a_command_is_sent_until_it_is_acknowledged(camera, admin):
    given = commands.issue(camera, "capture", by=admin)
    for _ in range(2):
        assert [sent.pk for sent in commands.pending(camera.pk)] == [given.pk]
    reports = [CommandResult(command=given.pk, state="running")]
    assert commands.record_results(camera.pk, reports) == [given.pk]
    assert commands.pending(camera.pk) == []


def test_a_command_says_what_caused_it(camera, admin):
    with start_action(action_type="click") as click:
        given = commands.issue(camera, "capture", by=admin)
    origin = extract(Command.objects.get(pk=given.pk).cause)
    assert origin.task_uuid == click.task_uuid
    assert commands.issue(camera, "preview", by=admin).cause == {}


def test_who_asked_when_and_what_came_of_it_is_kept_when_the_account_goes(camera, admin):
    given = commands.issue(camera, "capture", by=admin)
    commands.pending(camera.pk)
    done = CommandResult(command=given.pk, state="done", message="Taken.", capture="roof-00000042")
    commands.record_results(camera.pk, [done])
    admin.delete()
    kept = Command.objects.get()
    assert (kept.requested_by, kept.requested_by_name) == (None, "admin")
    assert (kept.state, kept.message, kept.capture) == ("done", "Taken.", "roof-00000042")
    assert kept.requested_at <= kept.sent_at <= kept.reported_at


def test_what_has_ended_stays_as_it_ended(camera, admin):
    given = commands.issue(camera, "restart", by=admin)
    commands.record_results(camera.pk, [CommandResult(command=given.pk, state="done", message="Restarted.")])
    late = CommandResult(command=given.pk, state="failed", message="No.")
    assert commands.record_results(camera.pk, [late]) == [given.pk]
    assert Command.objects.get().message == "Restarted."


def test_a_report_of_another_cameras_command_changes_nothing(camera, admin):
    given = commands.issue(camera, "restart", by=admin)
    other = actions.enrol("Garden").camera
    assert commands.record_results(other.pk, [CommandResult(command=given.pk, state="done")]) == [given.pk]
    assert Command.objects.get().state == "waiting"


def test_the_same_command_waits_only_once(camera, admin):
    given = commands.issue(camera, "preview", by=admin)
    with pytest.raises(Refused, match="in progress"):
        commands.issue(camera, "preview", by=admin)
    commands.record_results(camera.pk, [CommandResult(command=given.pk, state="failed")])
    assert commands.issue(camera, "preview", by=admin).pk != given.pk


def test_an_expired_command_is_not_sent(camera, admin):
    commands.issue(camera, "capture", by=admin)
    later = timezone.now() + COMMAND_LIFETIME + timedelta(minutes=1)
    assert commands.pending(camera.pk, now=later) == []


def test_a_camera_that_never_connected_or_is_revoked_takes_no_command(camera, admin):
    silent = actions.enrol("Attic").camera
    with pytest.raises(Refused, match="never connected"):
        commands.issue(silent, "capture", by=admin)
    actions.revoke(camera, by=admin)
    with pytest.raises(Refused) as refused:
        commands.issue(camera, "capture", by=admin)
    assert [reason.code for reason in refused.value.reasons] == ["state"]


def test_who_may_not_steer_gives_no_command(camera):
    editor = User.objects.create_user("editor")
    with pytest.raises(Refused, match="permission"):
        commands.issue(camera, "capture", by=editor)
    assert not Command.objects.exists()


def test_the_newest_commands_of_nine_cameras_take_one_query(camera, admin, django_assert_num_queries):
    cameras = [camera, *(actions.enrol(f"Camera {number}").camera for number in range(8))]
    for each in cameras:
        for _ in range(commands.SHOWN + 2):
            Command.objects.create(camera=each, name="capture", requested_by_name="x")
    with django_assert_num_queries(1):
        found = commands.commands_of([each.pk for each in cameras])
    assert {len(rows) for rows in found.values()} == {commands.SHOWN}
