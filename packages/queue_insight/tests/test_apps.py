from __future__ import annotations

import pytest
from celery.signals import before_task_publish
from django.apps import apps

from queue_insight import publish_time


@pytest.mark.parametrize(("on", "header"), [(True, {publish_time.HEADER}), (False, set())])
def test_the_app_adds_the_publish_time_unless_the_setting_is_off(settings, on, header):
    settings.QUEUE_INSIGHT = {"RECORD_PUBLISH_TIME": on}
    apps.get_app_config("queue_insight").ready()
    headers: dict[str, object] = {}
    before_task_publish.send(sender="work.do", headers=headers)
    publish_time.uninstall()
    assert set(headers) == header
