from __future__ import annotations

import uuid

import pytest
from tests.factories import camera

import fsmlock
from timelapse.timelapses import actions
from timelapse.timelapses.actions import create_timelapse
from timelapse.timelapses.events import timelapse_created
from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db


def test_a_timelapse_is_created_and_announced_after_the_commit(django_capture_on_commit_callbacks):
    announced = []

    def listen(*, event, **_):
        announced.append(event.timelapse)

    timelapse_created.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            made = create_timelapse(camera=camera().pk, name=" Garden ")
            assert announced == []
    finally:
        timelapse_created.disconnect(listen)
    assert announced == [made.pk]
    assert Timelapse.objects.get().name == "Garden"


def test_all_reasons_of_a_refusal_come_at_once():
    with pytest.raises(fsmlock.Refused) as refused:
        create_timelapse(camera=uuid.uuid4(), name="")
    assert [reason.code for reason in refused.value.reasons] == ["name_missing", "no_camera"]
    assert Timelapse.objects.count() == 0


def test_a_camera_has_a_limited_number_of_timelapses(monkeypatch):
    monkeypatch.setattr(actions, "MOST_OF_A_CAMERA", 2)
    roof = camera()
    create_timelapse(camera=camera("Other").pk, name="Harbour")
    for name in ("One", "Two"):
        create_timelapse(camera=roof.pk, name=name)
    with pytest.raises(fsmlock.Refused) as refused:
        create_timelapse(camera=roof.pk, name="Three")
    assert [reason.code for reason in refused.value.reasons] == ["too_many_timelapses"]
