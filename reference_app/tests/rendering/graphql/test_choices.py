from __future__ import annotations

import pytest
from strawberry import relay
from tests.factories import timelapse

CHOICES = """
query ($id: ID!) {
  movieChoices { speeds defaultSpeed sizes { width height } }
  node(id: $id) { ... on Timelapse {
    availableTransitions { name input { name default choices { value } } } } }
}
"""


@pytest.fixture
def garden(db):
    return timelapse()


def test_the_panel_and_the_offers_have_the_same_speeds_and_sizes(member, garden):
    answer = member.ask(CHOICES, id=relay.to_base64("Timelapse", garden.pk))["data"]
    choices = answer["movieChoices"]
    sizes = ["as_pictures", *(f"{size['width']}x{size['height']}" for size in choices["sizes"])]
    offers = {each["name"]: each["input"] for each in answer["node"]["availableTransitions"]}
    for name in ("render", "keep_latest_movie"):
        fields = {field["name"]: field for field in offers[name]}
        assert [each["value"] for each in fields["fps"]["choices"]] == choices["speeds"]
        assert fields["fps"]["default"] == choices["defaultSpeed"]
        assert [each["value"] for each in fields["size"]["choices"]] == sizes


def test_whoever_is_not_signed_in_learns_nothing(anonymous, garden):
    answer = anonymous.ask(CHOICES, id=relay.to_base64("Timelapse", garden.pk))
    assert answer["data"] is None
