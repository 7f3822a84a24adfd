from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import NOON, camera, frame, timelapse
from tests.held_locks import held_elsewhere

import fsmlock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_a_new_timelapse_is_ready():
    assert timelapse().state == "ready"


def test_rendering_is_offered_with_the_reason_why_not_while_there_are_no_frames(user):
    render, *_ = fsmlock.available(timelapse(), user)
    assert (render.name, render.label, render.allowed) == ("render", "Render", False)
    assert [(reason.code, reason.message) for reason in render.reasons] == [
        ("no_frames", "There are no frames yet.")
    ]
    assert render.reasons[0].remedy


def test_rendering_is_allowed_once_there_is_a_frame(media, user):
    garden = timelapse()
    frame(garden.camera)
    render, *_ = fsmlock.available(garden, user)
    assert render.allowed
    garden.render()
    assert garden.state == "ready"


def test_rendering_is_allowed_while_a_movie_is_rendered_since_the_next_one_waits(media, user):
    garden = timelapse()
    frame(garden.camera)
    with held_elsewhere(garden, "render", "Movie 1"):
        render, *_ = fsmlock.available(garden, user)
    assert render.allowed


@pytest.mark.parametrize("lock", ["import", "retime"])
def test_while_the_cameras_frames_change_a_movie_can_be_requested_and_waits(media, user, lock):
    garden = timelapse()
    frame(garden.camera)
    with held_elsewhere(garden.camera, lock, "a run"):
        render, *_ = fsmlock.available(garden, user)
        with fsmlock.hold(garden, "render", policy=fsmlock.Skip()) as held:
            assert [reason.params["why"] for reason in held.reasons] == ["a run"]
        other = {"import": "retime", "retime": "import"}[lock]
        with fsmlock.hold(garden.camera, other, policy=fsmlock.Skip()) as held:
            assert held, "import and retime go together"
    assert render.allowed


def test_frames_are_those_of_the_camera_within_the_stretch_in_order_of_time(media):
    roof, other = camera(), camera("Other")
    late = frame(roof, at=NOON + timedelta(hours=2))
    early = frame(roof, at=NOON)
    frame(other, at=NOON)
    whole, part = timelapse(roof), timelapse(roof)
    part.starts_at, part.ends_at = NOON + timedelta(hours=1), NOON + timedelta(hours=3)
    assert list(whole.frames()) == [early, late]
    assert list(part.frames()) == [late]


def test_a_timelapse_is_called_by_its_name():
    assert str(timelapse(name="Garden")) == "Garden"
