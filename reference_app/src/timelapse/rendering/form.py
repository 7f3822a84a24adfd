"""What people are asked for a movie beside its speed and size: fields in groups, and presets to fill them.

A page that draws what it gets needs no code for a field that is added tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fsmlock import InputField
from timelapse.rendering.domain import MAX_VOLUME, MIN_VOLUME
from timelapse.rendering.fit import FOCUSES
from timelapse.rendering.presets import PRESETS
from timelapse.rendering.selection import LONGEST_WINDOW, MAX_EVERY
from timelapse.rendering.style import LONGEST_TEXT, MAX_FADE_S, MAX_ZOOM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from timelapse.rendering.presets import Preset


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that belong together; ``name`` is the input that contains them under their names."""

    name: str
    label: str
    fields: tuple[InputField, ...]


def _yes_or_no(name: str, label: str) -> InputField:
    return InputField(name=name, kind="yes_or_no", label=label, default=False)


#: The points of a picture, by their names.
_POINTS: Final = tuple((name, name.replace("-", " ").capitalize()) for name in FOCUSES)


def _zoomed(zoom: str, zoom_label: str, pan: str, pan_label: str) -> tuple[InputField, InputField]:
    return (
        InputField(
            name=zoom,
            kind="number",
            label=zoom_label,
            default=1,
            minimum=1,
            maximum=MAX_ZOOM,
            help="1: the whole picture. 2: half its width and height.",
        ),
        InputField(name=pan, kind="choice", label=pan_label, default="center", choices=_POINTS),
    )


GROUPS: Final = (
    Group(
        name="selection",
        label="Which frames",
        fields=(
            InputField(
                name="windows",
                kind="text",
                label="Times of day",
                default="",
                maximum=LONGEST_WINDOW,
                help="Such as mon-fri 06:30..20:00, or sunrise..sunset; several with commas. Empty: always.",
            ),
            _yes_or_no("skipDark", "Leave out dark frames"),
            _yes_or_no("skipBlurred", "Leave out blurred frames"),
            _yes_or_no("skipDuplicates", "Leave out frames that look like the one before"),
            _yes_or_no("bestOfHour", "Only the sharpest of each hour"),
            InputField(
                name="every",
                kind="whole_number",
                label="Use every nth frame",
                default=1,
                minimum=1,
                maximum=MAX_EVERY,
                help="1: all of them. 10: every tenth.",
            ),
            InputField(
                name="lengthSeconds",
                kind="choice",
                label="Length",
                default=0,
                choices=(
                    (0, "As long as its frames last"),
                    *((seconds, f"{seconds} s at most") for seconds in (15, 30, 60, 120, 300)),
                ),
            ),
        ),
    ),
    Group(
        name="style",
        label="How they are shown",
        fields=(
            InputField(
                name="fit",
                kind="choice",
                label="Pictures of another shape than the movie's",
                default="contain",
                choices=(
                    ("contain", "Whole, with black bars"),
                    ("blurred_bars", "Whole, with blurred bars"),
                    ("cover", "Fill the movie, cropped"),
                ),
            ),
            InputField(
                name="focus",
                kind="choice",
                label="When cropped, keep",
                default="center",
                choices=_POINTS,
            ),
            _yes_or_no("deflicker", "Even light"),
            InputField(
                name="steady",
                kind="yes_or_no",
                label="Steady the picture",
                default=False,
                help="For a camera that sways on its pole. The picture is cropped by 2 % at each side.",
            ),
            *_zoomed("zoomFrom", "Zoom at the beginning", "panFrom", "Zoomed at the beginning, show"),
            *_zoomed("zoomTo", "Zoom at the end", "panTo", "Zoomed at the end, show"),
            _yes_or_no("labelTime", "Show the capture time"),
            _yes_or_no("labelExposure", "Show the exposure"),
            InputField(
                name="labelText",
                kind="text",
                label="Label",
                default="",
                maximum=LONGEST_TEXT,
                help="Written at the bottom left. Empty: none.",
            ),
            InputField(
                name="codec",
                kind="choice",
                label="Format",
                default="h264",
                choices=(("h264", "H.264"), ("av1", "AV1")),
                help="H.264 plays everywhere. AV1 makes a smaller file, takes longer, and old devices don't "
                "play it.",
            ),
            InputField(
                name="unusable",
                kind="choice",
                label="Pictures that can't be used",
                default="leave_out",
                choices=(("leave_out", "Left out"), ("hold", "Shown as the picture before")),
            ),
            InputField(
                name="fadeSeconds",
                kind="number",
                label="Fade from and to black",
                default=0,
                minimum=0,
                maximum=MAX_FADE_S,
                unit="s",
            ),
            InputField(
                name="endText",
                kind="text",
                label="Last words",
                default="",
                maximum=LONGEST_TEXT,
                help="Shown for 3 seconds at the end. Empty: none.",
            ),
        ),
    ),
)


#: How a sound is played that a person has added.
SOUND: Final = Group(
    name="sound",
    label="Sound",
    fields=(
        InputField(
            name="repeats",
            kind="choice",
            label="When it ends before the movie",
            default=True,
            choices=((True, "Play it again"), (False, "Play it once")),
        ),
        InputField(
            name="volume",
            kind="number",
            label="Volume",
            default=100,
            minimum=MIN_VOLUME,
            maximum=MAX_VOLUME,
            unit="%",
        ),
    ),
)


def preset_values(preset: Preset) -> Mapping[str, Mapping[str, object]]:
    """Return the value of each field of each group."""
    selection, style = preset.selection, preset.style
    return {
        "selection": {
            "windows": ", ".join(selection.windows),
            "skipDark": selection.skip_dark,
            "skipBlurred": selection.skip_blurred,
            "skipDuplicates": selection.skip_duplicates,
            "bestOfHour": selection.best_of_hour,
            "every": selection.every,
            "lengthSeconds": int(selection.length_s or 0),
        },
        "style": {
            "fit": style.fit,
            "focus": style.focus,
            "codec": style.codec,
            "unusable": style.unusable,
            "deflicker": style.deflicker,
            "steady": style.steady,
            "zoomFrom": style.zoom_from,
            "panFrom": style.pan_from,
            "zoomTo": style.zoom_to,
            "panTo": style.pan_to,
            "labelTime": style.label_time,
            "labelExposure": style.label_exposure,
            "labelText": style.label_text,
            "fadeSeconds": style.fade_s,
            "endText": style.end_text,
        },
    }


#: The values of each preset, by its name.
PRESET_VALUES: Final = {name: preset_values(preset) for name, preset in PRESETS.items()}
