"""Named sets of options for what people film most. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.selection import EVERYTHING, Selection
from timelapse.rendering.style import PLAIN, Style
from timelapse.timelapses.domain import PRESET_LABELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A selection of frames, and what is added to them."""

    label: str
    selection: Selection = EVERYTHING
    style: Style = PLAIN


PRESETS: Final = {
    "plain": Preset(label=PRESET_LABELS["plain"]),
    "construction_site": Preset(
        label=PRESET_LABELS["construction_site"],
        selection=Selection(windows=("mon-sat 07:00..18:00",), skip_dark=True, skip_blurred=True),
        style=Style(deflicker=True, label_time=True, fade_s=1.0),
    ),
    "sky": Preset(label=PRESET_LABELS["sky"], style=Style(deflicker=True, label_time=True)),
    "plants": Preset(
        label=PRESET_LABELS["plants"],
        selection=Selection(skip_dark=True),
        style=Style(deflicker=True),
    ),
    "share": Preset(
        label=PRESET_LABELS["share"],
        selection=Selection(length_s=30.0),
        style=Style(deflicker=True, fade_s=1.0),
    ),
}


def options_of(
    preset: str, *, fps: int, size: str, label_text: str = "", end_text: str = ""
) -> RenderOptions:
    """Return what a preset's name stands for; ``size`` is width x height in pixels, or ``as_pictures``."""
    width, height = (None, None) if size == "as_pictures" else map(int, size.split("x"))
    chosen = PRESETS[preset]
    style = replace(chosen.style, label_text=label_text, end_text=end_text)
    return RenderOptions(fps=fps, width=width, height=height, selection=chosen.selection, style=style)
