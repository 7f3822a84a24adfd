"""The font that movies are labelled with, and what it can write. Without Django.

DejaVu Sans, reduced to Latin, Greek, Cyrillic and signs; its license lies beside it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

_FONT: Final = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
#: No font has a glyph for it: what is drawn instead is what a missing glyph looks like.
_NO_CHARACTER: Final = "\uffff"
_TRIED_AT: Final = 20


@lru_cache(16)
def font(height: int) -> ImageFont.FreeTypeFont:
    """Return the font in this height, in pixels."""
    # The simple layout: the other one depends on a library that some systems have and others don't.
    return ImageFont.truetype(_FONT, height, layout_engine=ImageFont.Layout.BASIC)


def missing_glyphs(text: str) -> str:
    """Return the characters of a text that can't be written, each once."""
    return "".join(dict.fromkeys(character for character in text if not _can_write(character)))


@lru_cache(1024)
def _can_write(character: str) -> bool:
    if unicodedata.category(character)[0] in "CM":  # controls, private use, and marks to be put on others
        return False
    if character.isspace():
        return character in " \u00a0"
    tried = font(_TRIED_AT)
    mask, missing = tried.getmask(character), tried.getmask(_NO_CHARACTER)
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))
