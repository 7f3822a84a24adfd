from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.pipeline.composition import Composition, fade
from timelapse.rendering.view import View


def test_a_composition_that_changes_nothing_is_none() -> None:
    assert Composition.of(gain_ev=0.001, label="", light=1.0) is None
    assert Composition.of(gain_ev=-0.001) is None


def test_gains_that_look_alike_are_alike() -> None:
    assert Composition.of(gain_ev=0.1001) == Composition.of(gain_ev=0.0999)


def test_a_frame_that_is_not_steadied_or_zoomed_keeps_the_key_of_its_segment() -> None:
    assert not {"steady", "view"} & Composition(label="Roof").decisive.keys()
    assert Composition(steady=(0.01, 0.0)).decisive["steady"] == (0.01, 0.0)


def test_a_composition_survives_as_json() -> None:
    zoomed = Composition(view=View(0.25, 0.1, 0.5))
    for made in (Composition(label="Roof"), Composition(steady=(0.01, -0.5)), zoomed):
        assert Composition.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_movie_fades_from_nearly_black_and_to_black() -> None:
    assert fade(6, fade_in=2, fade_out=2) == [1 / 3, 2 / 3, 1.0, 1.0, 0.5, 0.0]
    assert fade(3) == [1.0, 1.0, 1.0]


@given(st.integers(0, 50), st.integers(0, 80), st.integers(0, 80))
def test_every_frame_has_a_share_of_light(count: int, fade_in: int, fade_out: int) -> None:
    light = fade(count, fade_in=fade_in, fade_out=fade_out)
    assert len(light) == count
    assert all(0 <= share <= 1 for share in light)
