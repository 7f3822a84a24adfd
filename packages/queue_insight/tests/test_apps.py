from __future__ import annotations

import pytest
from celery.signals import before_task_publish
from django.apps import apps

from queue_insight import stamp


@pytest.mark.parametrize(("on", "header"), [(True, {stamp.HEADER}), (False, set())])
def test_the_app_stamps_tasks_unless_it_is_told_not_to(settings, on, header):
    settings.QUEUE_INSIGHT = {"STAMP": on}
    apps.get_app_config("queue_insight").ready()
    headers: dict[str, object] = {}
    before_task_publish.send(sender="work.do", headers=headers)
    stamp.uninstall()
    assert set(headers) == header
