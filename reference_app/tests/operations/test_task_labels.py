from __future__ import annotations

from timelapse.operations.task_labels import LABELS, label_of
from timelapse.project.celery import app


def test_every_task_of_the_app_has_a_label():
    app.loader.import_default_modules()
    assert {name for name in app.tasks if not name.startswith("celery.")} == set(LABELS)


def test_a_task_of_something_else_is_known_by_its_name():
    assert label_of("celery.chord_unlock") == "celery.chord_unlock"
