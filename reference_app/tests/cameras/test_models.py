from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from fsmlock import available
from timelapse.cameras import actions
from timelapse.cameras.command_rules import LABELS
from timelapse.cameras.models import Camera, Pairing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("transition", "label", "permission", "also"),
    [
        ("revoke", "Revoke", "change_camera", ["configure", "rename"]),
        ("rename", "Rename", "change_camera", ["configure", "revoke"]),
        ("start_deleting", "Delete", "delete_camera", []),
    ],
)
def test_a_camera_offers_to_be_renamed_revoked_or_deleted_and_says_who_may(
    transition, label, permission, also
):
    camera = actions.enrol("Roof").camera
    editor = User.objects.create_user("editor")
    refused = {offer.name: offer for offer in available(camera, editor)}
    assert set(refused) == {
        *LABELS,
        "configure",
        "create_timelapse",
        "focus",
        "rename",
        "revoke",
        "start_deleting",
    }
    assert (refused[transition].label, refused[transition].allowed) == (label, False)
    assert refused[transition].reasons[0].code == "permission"
    editor.user_permissions.add(Permission.objects.get(codename=permission))
    allowed = [offer.name for offer in available(camera, User.objects.get()) if offer.allowed]
    assert set(allowed) == {*also, transition}


def test_of_a_revoked_camera_a_timelapse_is_made_or_it_is_renamed_or_deleted():
    offers = available(actions.revoke(actions.enrol("Roof").camera))
    assert [offer.name for offer in offers] == ["create_timelapse", "rename", "start_deleting"]


def test_cameras_without_a_token_do_not_collide():
    Camera.objects.create(name="one", driver="simulated")
    Camera.objects.create(name="two", driver="simulated")
    assert [str(camera) for camera in Camera.objects.all()] == ["one", "two"]


def test_a_pairing_shows_code_and_name():
    assert str(Pairing(user_code="BDWP-HQPK", name="Roof")) == "BDWP-HQPK (Roof)"
