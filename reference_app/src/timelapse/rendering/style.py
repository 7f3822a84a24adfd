"""How a movie shows its pictures, and what it adds to them. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Final, Self, cast

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.rendering.codecs import CODECS, missing
from timelapse.rendering.fit import CONTAIN, FOCUSES, MODES, Fit, Mode, focus_of
from timelapse.rendering.lettering import missing_glyphs
from timelapse.rendering.selection import BETWEEN, BETWEEN_SECONDS
from timelapse.rendering.view import View

LONGEST_TEXT: Final = 100
_ONE_OF: Final = "Choose one of %(names)s."
#: What becomes of a picture that can't be used.
UNUSABLE: Final = ("leave_out", "hold")
MAX_FADE_S: Final = 10.0
MAX_ZOOM: Final = 4.0
#: How long the card at the end is shown, seconds.
CARD_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How pictures of another shape are fitted, and what is added to all; the default is nothing.

    A label has the capture time, a text and the exposure, as far as they are wanted and known. ``fade_s`` is
    how long the movie fades from black and to black. ``end_text`` is shown on a card at the end. ``fit`` is a
    `fit.Mode`. When it crops, ``focus`` stays in the picture: one of nine names (``top-left``), or
    percent from left and top (``30,70``). A picture that can't be used is ``unusable``: ``leave_out``, or
    ``hold`` to show the one before it instead. ``codec`` is one of `codecs.CODECS`. ``steady`` takes the sway
    of the camera away, for which pictures are cropped a little. From the first frame to the last the movie
    goes evenly from ``zoom_from`` to ``zoom_to`` (1: the whole picture, 2: half its width and height), and
    from ``pan_from`` to ``pan_to``, which are points as ``focus`` is.
    """

    deflicker: bool = False
    steady: bool = False
    label_time: bool = False
    label_text: str = ""
    label_exposure: bool = False
    fade_s: float = 0.0
    end_text: str = ""
    fit: str = CONTAIN.mode
    focus: str = "center"
    unusable: str = "leave_out"
    codec: str = CODECS[0]
    zoom_from: float = 1.0
    zoom_to: float = 1.0
    pan_from: str = "center"
    pan_to: str = "center"

    def validation_errors(self) -> dict[str, Reason]:
        """Return the reason for each invalid field; empty if all are valid."""
        found = {
            "label_text": _wrong_text(self.label_text),
            "end_text": _wrong_text(self.end_text),
            "fit": _wrong_fit(self.fit),
            "unusable": _wrong_unusable(self.unusable),
            "codec": _wrong_codec(self.codec),
            "focus": _wrong_point(self.focus),
            "pan_from": _wrong_point(self.pan_from),
            "pan_to": _wrong_point(self.pan_to),
            "zoom_from": _wrong_zoom(self.zoom_from),
            "zoom_to": _wrong_zoom(self.zoom_to),
            "fade_s": _wrong_fade(self.fade_s),
        }
        return {field: reason for field, reason in found.items() if reason is not None}

    @property
    def labelled(self) -> bool:
        """Whether frames may have a label."""
        return bool(self.label_time or self.label_text or self.label_exposure)

    def to_json(self) -> dict[str, Any]:
        """Return what isn't the default, as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(PLAIN, name)}

    @property
    def fitting(self) -> Fit:
        """How pictures of another shape are fitted. The style must be valid."""
        return Fit.of(cast("Mode", self.fit), focus_of(self.focus) or FOCUSES["center"])

    @property
    def views(self) -> tuple[View, View] | None:
        """What the first and the last frame show; None: the whole picture. The style must be valid."""
        if self.zoom_from == self.zoom_to == 1:
            return None
        focuses = (focus_of(text) or FOCUSES["center"] for text in (self.pan_from, self.pan_to))
        begin, end = map(View.of, (self.zoom_from, self.zoom_to), focuses)
        return begin, end

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        return cls(**data)


#: The style that adds nothing.
PLAIN: Final = Style()


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…")


def _wrong_fit(fit: str) -> Reason | None:
    if fit in MODES:
        return None
    return Reason(
        code="unknown_fit",
        message=sentence("Pictures can't be fitted by %(value)s.", value=_short(fit)),
        remedy=sentence(_ONE_OF, names=tuple(MODES)),
    )


def _wrong_unusable(unusable: str) -> Reason | None:
    if unusable in UNUSABLE:
        return None
    return Reason(
        code="unknown_choice",
        message=sentence(
            "Pictures that can't be used can't be handled by %(value)s.", value=_short(unusable)
        ),
        remedy=sentence(_ONE_OF, names=UNUSABLE),
    )


def _wrong_fade(seconds: float) -> Reason | None:
    if math.isfinite(seconds) and 0 <= seconds <= MAX_FADE_S:
        return None
    return Reason(
        code="fade_out_of_range",
        message=sentence("A movie can't fade for %(seconds)s s.", seconds=seconds),
        remedy=sentence(BETWEEN_SECONDS, low=0, high=MAX_FADE_S),
    )


def _wrong_codec(codec: str) -> Reason | None:
    if codec not in CODECS:
        return Reason(
            code="unknown_codec",
            message=sentence("Movies can't be encoded by %(value)s.", value=_short(codec)),
            remedy=sentence(_ONE_OF, names=tuple(CODECS)),
        )
    # H.264 is what everything here is made for: nobody waits for PyAV to learn that it is there.
    lacks = missing(codec) if codec != CODECS[0] else None
    if lacks is None:
        return None
    return Reason(
        code="codec_unavailable",
        message=sentence(
            "This server can't encode %(codec)s: its PyAV lacks %(lacks)s.", codec=codec.upper(), lacks=lacks
        ),
        remedy="Choose H.264, or install a PyAV that has it.",
    )


def _wrong_point(text: str) -> Reason | None:
    if focus_of(text) is not None:
        return None
    return Reason(
        code="focus_invalid",
        message=sentence("%(value)s is no point of a picture.", value=_short(text)),
        remedy=sentence(
            "Choose one of %(names)s, or percent from left and top, such as 30,70.", names=tuple(FOCUSES)
        ),
    )


def _wrong_zoom(zoom: float) -> Reason | None:
    if math.isfinite(zoom) and 1 <= zoom <= MAX_ZOOM:
        return None
    return Reason(
        code="zoom_out_of_range",
        message=sentence("A picture can't be enlarged %(zoom)s times.", zoom=zoom),
        remedy=sentence(BETWEEN, low=1, high=MAX_ZOOM),
    )


def _wrong_text(text: str) -> Reason | None:
    if len(text) > LONGEST_TEXT:
        return Reason(
            code="text_too_long",
            message=sentence(
                "The text has %(count)s characters; %(most)s fit.", count=len(text), most=LONGEST_TEXT
            ),
            remedy="Shorten it.",
        )
    if missing := missing_glyphs(text):
        named = " ".join(
            character if character.isprintable() else f"U+{ord(character):04X}" for character in missing[:10]
        )
        return Reason(
            code="glyphs_missing",
            message=sentence("The font of labels can't write: %(characters)s", characters=named),
            remedy="Leave them out: it has Latin, Greek and Cyrillic letters and common signs.",
        )
    return None
