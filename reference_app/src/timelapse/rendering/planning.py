"""Plans a movie: its frames with their gain, label and light, and its card."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from timelapse.frames.queries import file_of
from timelapse.rendering import choosing
from timelapse.rendering.domain import NONE_SELECTED
from timelapse.rendering.pipeline import deflicker
from timelapse.rendering.pipeline.composition import Composition, fade
from timelapse.rendering.pipeline.errors import NoUsableFramesError
from timelapse.rendering.pipeline.plan import Plan, Recipe
from timelapse.rendering.pipeline.sound import Soundtrack
from timelapse.rendering.queries import begins_at_first_frame, sound_file
from timelapse.rendering.steadying import measure, offsets_of
from timelapse.rendering.style import PLAIN, Style
from timelapse.rendering.view import between
from timelapse.rendering.watching import format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from timelapse.frames.models import Frame
    from timelapse.rendering.models import Movie
    from timelapse.rendering.pipeline.steady import Shift
    from timelapse.rendering.pipeline.store import LeftOut
    from timelapse.rendering.view import View

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
#: A shorter exposure is written as a fraction.
_FRACTION_BELOW_S: Final = 0.4


def plan_of(movie: Movie, measuring: Callable[[Sequence[Frame]], None] = measure) -> Plan:
    """Return the plan of a movie. ``measuring`` measures the shifts of its frames if it is steadied.

    Raises:
        NoUsableFramesError: its selection leaves no frame.
    """
    chosen = choosing.choose(movie)
    if not chosen.frames and movie.selection:
        raise NoUsableFramesError(NONE_SELECTED.message, remedy=NONE_SELECTED.remedy)
    times = [(frame.captured_at - _EPOCH) // timedelta(microseconds=1) for frame in chosen.frames]
    style = Style.from_json(movie.style)
    compositions = _compositions(chosen.frames, times, style, movie, measuring)
    recipes = [
        Recipe(
            name=str(frame),
            path=file_of(frame),
            sha256=frame.sha256,
            captured_us=time,
            composition=composition,
        )
        for frame, time, composition in zip(chosen.frames, times, compositions, strict=True)
    ]
    ending = [Recipe.of_card(style.end_text)] * choosing.card_frames(movie)
    quick_start = begins_at_first_frame(movie)
    return Plan.of(recipes, format_of(movie), ending=ending, quick_start=quick_start)


def times_shown(movie: Movie, plan: Plan, left_out: Iterable[LeftOut]) -> list[datetime]:
    """Return when the frames that a movie shows were captured, in playing order, by the clock of their place.

    One that is shown in place of another counts as the other. A card has no time.
    """
    zone = ZoneInfo(choosing.place_of(movie.timelapse).timezone)
    missing = set() if plan.movie.hold else {left.name for left in left_out}
    return [
        (_EPOCH + timedelta(microseconds=recipe.captured_us)).astimezone(zone)
        for segment in plan.segments
        for recipe in segment.recipes
        if recipe.captured_us is not None and recipe.name not in missing
    ]


def sound_of(movie: Movie) -> Soundtrack | None:
    """Return what is played with the movie; None if nothing."""
    if movie.sound is None:
        return None
    return Soundtrack(
        path=sound_file(movie.sound.sha256), repeats=movie.sound_repeats, volume=movie.sound_volume / 100
    )


def _compositions(
    frames: Sequence[Frame],
    times: Sequence[int],
    style: Style,
    movie: Movie,
    measuring: Callable[[Sequence[Frame]], None],
) -> list[Composition | None]:
    if style == PLAIN:
        return [None] * len(frames)
    gains = [0.0] * len(frames)
    if style.deflicker:
        exposures = _exposures(frames)
        gains = deflicker.gains(times, [frame.luma_ev for frame in frames], exposures)
    labels = _labels(frames, style, movie) if style.labelled else [""] * len(frames)
    fading = round(style.fade_s * movie.fps)
    lights = fade(len(frames), fade_in=fading, fade_out=fading)
    steady: list[Shift | None] = [None] * len(frames)
    if style.steady:
        measuring(frames)
        steady = [*offsets_of(frames)]
    views: list[View | None] = [None] * len(frames)
    if style.views is not None:
        views = [*between(*style.views, len(frames))]
    return [
        Composition.of(gain_ev=gain, label=label, light=light, steady=away, view=view)
        for gain, label, light, away, view in zip(gains, labels, lights, steady, views, strict=True)
    ]


def _exposures(frames: Sequence[Frame]) -> list[float | None]:
    """Return how much light each exposure takes; unknown for all if only some say their aperture."""
    with_aperture = {_number(frame.exposure.get("aperture")) is not None for frame in frames}
    if len(with_aperture) > 1:
        return [None] * len(frames)
    return [exposure_ev(frame.exposure) for frame in frames]


def _labels(frames: Sequence[Frame], style: Style, movie: Movie) -> list[str]:
    zone = ZoneInfo(choosing.place_of(movie.timelapse).timezone)
    labels = []
    for frame in frames:
        parts = [
            label_time(frame.captured_at, zone, frame.clock) if style.label_time else "",
            style.label_text,
            label_exposure(frame.exposure) if style.label_exposure else "",
        ]
        labels.append("   ".join(part for part in parts if part))
    return labels


def label_time(moment: datetime, zone: ZoneInfo, clock: str) -> str:
    """Return a capture time in words; one by a clock that nobody checked has a question mark."""
    text = moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return text + (" UTC" if zone.key == "UTC" else "") + ("?" if clock == "unknown" else "")


def label_exposure(exposure: Mapping[str, object]) -> str:
    """Return what is known of an exposure in a photographer's words; empty if nothing is."""
    shutter, aperture, iso = (_number(exposure.get(name)) for name in ("shutter_s", "aperture", "iso"))
    if iso is None and (gain := _number(exposure.get("gain"))) is not None:
        iso = 100 * gain
    parts = []
    if shutter is not None:
        parts.append(f"1/{1 / shutter:.0f} s" if shutter < _FRACTION_BELOW_S else f"{shutter:.3g} s")
    if aperture is not None:
        parts.append(f"f/{aperture:g}")
    if iso is not None:
        parts.append(f"ISO {iso:.0f}")
    return " ".join(parts)


def exposure_ev(exposure: Mapping[str, object]) -> float | None:
    """Return how much light an exposure takes, EV on a scale of its own; None unless it is known."""
    shutter, gain = _number(exposure.get("shutter_s")), _number(exposure.get("gain"))
    if gain is None and (iso := _number(exposure.get("iso"))) is not None:
        gain = iso / 100
    if shutter is None or gain is None:
        return None
    aperture = _number(exposure.get("aperture")) or 1.0
    return math.log2(shutter * gain) - 2 * math.log2(aperture)


def _number(value: object) -> float | None:
    """Return a positive number that a camera gave, also as ``f/5.6``; None for anything else."""
    if isinstance(value, str) and (found := _NUMBER.fullmatch(value.removeprefix("f/"))):
        value = float(found[0])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None
