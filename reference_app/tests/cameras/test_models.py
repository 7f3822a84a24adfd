from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from fsmlock import available
from timelapse.cameras import actions
from timelapse.cameras.models import Camera, Pairing

pytestmark = pytest.mark.django_db


def test_a_camera_offers_to_be_revoked_and_says_who_may():
    camera = actions.enrol("Roof").camera
    editor = User.objects.create_user("editor")
    (refused,) = available(camera, editor)
    assert (refused.name, refused.label, refused.allowed) == ("revoke", "Revoke", False)
    assert refused.reasons[0].code == "permission"
    editor.user_permissions.add(Permission.objects.get(codename="change_camera"))
    (allowed,) = available(camera, User.objects.get())
    assert allowed.allowed


def test_a_revoked_camera_offers_nothing():
    assert available(actions.revoke(actions.enrol("Roof").camera)) == ()


def test_cameras_without_a_token_do_not_collide():
    Camera.objects.create(name="one", driver="simulated")
    Camera.objects.create(name="two", driver="simulated")
    assert [str(camera) for camera in Camera.objects.all()] == ["one", "two"]


def test_a_pairing_shows_code_and_name():
    assert str(Pairing(user_code="BDWP-HQPK", name="Roof")) == "BDWP-HQPK (Roof)"
