"""Named sets of options for what people film most. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from timelapse.rendering.selection import EVERYTHING, Selection
from timelapse.rendering.style import PLAIN, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A selection of frames, and what is added to them."""

    label: str
    selection: Selection = EVERYTHING
    style: Style = PLAIN


PRESETS: Final = {
    "plain": Preset(label="Every picture as it is"),
    "construction_site": Preset(
        label="Construction site: weekdays by day, dated",
        selection=Selection(windows=("mon-sat 07:00..18:00",), skip_dark=True, skip_blurred=True),
        style=Style(deflicker=True, label_time=True, fade_s=1.0),
    ),
    "sky": Preset(label="Sky: even light, dated", style=Style(deflicker=True, label_time=True)),
    "plants": Preset(
        label="Plants: even light, without the nights",
        selection=Selection(skip_dark=True),
        style=Style(deflicker=True),
    ),
    "share": Preset(
        label="Share: at most 30 seconds",
        selection=Selection(length_s=30.0),
        style=Style(deflicker=True, fade_s=1.0),
    ),
}
