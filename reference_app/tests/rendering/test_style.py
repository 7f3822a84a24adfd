from __future__ import annotations

import pytest

from timelapse.rendering.fit import CONTAIN, Fit, Focus
from timelapse.rendering.presets import PRESETS
from timelapse.rendering.style import Style
from timelapse.rendering.view import View


@pytest.mark.parametrize(
    ("options", "field", "code"),
    [
        ({"label_text": "富士山"}, "label_text", "glyphs_missing"),
        ({"end_text": "two\nlines"}, "end_text", "glyphs_missing"),
        ({"label_text": "x" * 101}, "label_text", "text_too_long"),
        ({"fade_s": -1}, "fade_s", "fade_out_of_range"),
        ({"fade_s": float("nan")}, "fade_s", "fade_out_of_range"),
        ({"fit": "stretch"}, "fit", "unknown_fit"),
        ({"fit": "x" * 10_000}, "fit", "unknown_fit"),
        ({"focus": "middle"}, "focus", "focus_invalid"),
        ({"focus": "50,101"}, "focus", "focus_invalid"),
        ({"pan_to": "50"}, "pan_to", "focus_invalid"),
        ({"zoom_from": 0.5}, "zoom_from", "zoom_out_of_range"),
        ({"zoom_to": float("inf")}, "zoom_to", "zoom_out_of_range"),
        ({"unusable": "freeze"}, "unusable", "unknown_choice"),
        ({"codec": "vp9"}, "codec", "unknown_codec"),
    ],
)
def test_what_cant_be_added_is_refused_by_its_field(
    options: dict[str, object], field: str, code: str
) -> None:
    wrong = Style(**options).validation_errors()  # type: ignore[arg-type]
    assert {name: reason.code for name, reason in wrong.items()} == {field: code}


def test_a_codec_that_this_machine_lacks_is_refused_and_the_refusal_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("timelapse.rendering.style.missing", lambda codec: f"the encoder of {codec}")
    reason = Style(codec="av1").validation_errors()["codec"]
    assert reason.code == "codec_unavailable"
    assert reason.message == "This server can't encode AV1: its PyAV lacks the encoder of av1."
    assert Style().validation_errors() == {}


def test_missing_letters_are_named() -> None:
    assert "富 士" in Style(label_text="Mt. 富士").validation_errors()["label_text"].message


def test_a_style_survives_json() -> None:
    made = Style(deflicker=True, label_text="Roof", fade_s=0.5)
    assert Style.from_json(made.to_json()) == made
    assert Style.from_json(Style().to_json()) == Style()
    assert Style().to_json() == {}


def test_a_style_says_how_pictures_are_fitted() -> None:
    assert Style(fit="cover", focus="30,70").fitting == Fit(mode="cover", focus=Focus(30, 70))
    assert Style(focus="top").fitting == CONTAIN, "without a crop the focus means nothing"


def test_a_style_says_what_the_first_and_the_last_frame_show() -> None:
    assert Style(pan_to="top").views is None, "without a zoom the whole picture is shown"
    assert Style(zoom_to=2, pan_to="30,70").views == (View(0, 0, 1), View(0.15, 0.35, 0.5))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid(name: str) -> None:
    assert PRESETS[name].selection.validation_errors() == {}
    assert PRESETS[name].style.validation_errors() == {}
