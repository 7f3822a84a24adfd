from __future__ import annotations

from timelapse.rendering.lettering import missing_glyphs


def test_european_texts_can_be_written() -> None:
    assert missing_glyphs("Straße 7, Übergröße: ½ °C “Łódź”, Αθήνα, Київ") == ""


def test_what_the_font_lacks_is_named_once_each() -> None:
    assert missing_glyphs("Fuji 富士山 富 🏔") == "富士山🏔"


def test_a_line_break_is_no_letter() -> None:
    assert missing_glyphs("two\nlines") == "\n"
