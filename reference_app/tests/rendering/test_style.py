from __future__ import annotations

import pytest

from timelapse.rendering.presets import PRESETS
from timelapse.rendering.style import Style


@pytest.mark.parametrize(
    ("options", "field", "code"),
    [
        ({"label_text": "富士山"}, "label_text", "glyphs_missing"),
        ({"end_text": "two\nlines"}, "end_text", "glyphs_missing"),
        ({"label_text": "x" * 101}, "label_text", "text_too_long"),
        ({"fade_s": -1}, "fade_s", "fade_out_of_range"),
        ({"fade_s": float("nan")}, "fade_s", "fade_out_of_range"),
    ],
)
def test_what_cant_be_added_is_refused_by_its_field(
    options: dict[str, object], field: str, code: str
) -> None:
    wrong = Style(**options).validation_errors()  # type: ignore[arg-type]
    assert {name: reason.code for name, reason in wrong.items()} == {field: code}


def test_missing_letters_are_named() -> None:
    assert "富 士" in Style(label_text="Mt. 富士").validation_errors()["label_text"].message


def test_a_style_survives_json() -> None:
    made = Style(deflicker=True, label_text="Roof", fade_s=0.5)
    assert Style.from_json(made.to_json()) == made
    assert Style.from_json(Style().to_json()) == Style()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid(name: str) -> None:
    assert PRESETS[name].selection.validation_errors() == {}
    assert PRESETS[name].style.validation_errors() == {}
