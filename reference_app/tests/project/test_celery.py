from __future__ import annotations

from django.conf import settings

from timelapse.project.celery import app


def queue_of(task):
    return app.amqp.router.route({}, task)["queue"].name


def test_no_chore_waits_behind_a_movie():
    long = {"rendering.render_movie", "fsmlock.execute_run"}
    app.loader.import_default_modules()
    own = {name for name in app.tasks if not name.startswith("celery.")}
    assert long < own
    assert {queue_of(task) for task in long} == {"render"}
    assert {queue_of(task) for task in own - long} == {"chores"}


def test_whatever_runs_periodically_is_a_chore():
    assert {queue_of(each["task"]) for each in settings.CELERY_BEAT_SCHEDULE.values()} == {"chores"}
