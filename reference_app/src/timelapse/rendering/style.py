"""What a movie adds to its pictures. Pure."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from fsmlock import Reason
from timelapse.rendering.lettering import missing_glyphs

LONGEST_TEXT: Final = 100
MAX_FADE_S: Final = 10.0
#: How long the card at the end is shown, seconds.
CARD_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What is added to the pictures; the default is nothing.

    A label has the capture time, a text and the exposure, as far as they are wanted and known. ``fade_s`` is
    how long the movie fades from black and to black. ``end_text`` is shown on a card at the end.
    """

    deflicker: bool = False
    label_time: bool = False
    label_text: str = ""
    label_exposure: bool = False
    fade_s: float = 0.0
    end_text: str = ""

    def validation_errors(self) -> dict[str, Reason]:
        """Return the reason for each invalid field; empty if all are valid."""
        wrong = {}
        for field, text in (("label_text", self.label_text), ("end_text", self.end_text)):
            if reason := _wrong_text(text):
                wrong[field] = reason
        if not math.isfinite(self.fade_s) or not 0 <= self.fade_s <= MAX_FADE_S:
            wrong["fade_s"] = Reason(
                code="fade_out_of_range",
                message=f"A movie can't fade for {self.fade_s:g} s.",
                remedy=f"Choose between 0 and {MAX_FADE_S:g} s.",
            )
        return wrong

    @property
    def labelled(self) -> bool:
        """Whether frames may have a label."""
        return bool(self.label_time or self.label_text or self.label_exposure)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; empty if it is the default."""
        return {} if self == PLAIN else asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        return cls(**data)


#: The style that adds nothing.
PLAIN: Final = Style()


def _wrong_text(text: str) -> Reason | None:
    if len(text) > LONGEST_TEXT:
        return Reason(
            code="text_too_long",
            message=f"The text has {len(text)} characters; {LONGEST_TEXT} fit.",
            remedy="Shorten it.",
        )
    if missing := missing_glyphs(text):
        named = " ".join(
            character if character.isprintable() else f"U+{ord(character):04X}" for character in missing[:10]
        )
        return Reason(
            code="glyphs_missing",
            message=f"The font of labels can't write: {named}",
            remedy="Leave them out: it has Latin, Greek and Cyrillic letters and common signs.",
        )
    return None
