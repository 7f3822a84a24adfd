from __future__ import annotations

import pytest
from strawberry import relay
from tests.conftest import Asker

QUARANTINE = """query ($id: ID!) { node(id: $id) { ... on Camera {
  quarantinedCount quarantined { name code message bytes kept } } } }"""


@pytest.fixture
def id_(agent):
    return relay.to_base64("Camera", agent.camera.pk)


def test_a_camera_shows_what_it_sent_and_nobody_could_use(agent, member, id_):
    upload = agent.new_upload(b"<html>not found</html>")
    assert agent.send(upload).status == 422
    shown = member.ask(QUARANTINE, id=id_)["data"]["node"]
    assert shown["quarantinedCount"] == 1
    assert shown["quarantined"] == [
        {
            "name": f"{upload.capture}.jpg",
            "code": "not_a_picture",
            "message": "The file is no picture of a known kind (JPEG, PNG, WebP, AVIF, HEIC, TIFF, DNG and "
            "other raw pictures), whatever its name says.",
            "bytes": 22,
            "kept": True,
        }
    ]


def test_quarantine_is_shown_to_who_is_signed_in(id_, client):
    answer = Asker(client).ask(QUARANTINE, id=id_)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"
