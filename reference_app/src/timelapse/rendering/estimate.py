"""What a movie will be like, before anybody asks for it: its length, its size and the time to render it.

Size and time are those of movies that this installation has rendered; without any they are not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from timelapse.rendering.choosing import count_frames, movie_of
from timelapse.rendering.domain import shape_of
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import listed, picture_sizes
from timelapse.rendering.selection import EVERYTHING
from timelapse.rendering.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from timelapse.rendering.domain import RenderOptions
    from timelapse.rendering.style import Style
    from timelapse.timelapses.models import Timelapse

#: Movies that are looked at, the newest first.
_SAMPLES: Final = 20
#: A movie that encoded fewer frames says little about the pace: starting and joining took most of its time.
_LEAST_FRAMES: Final = 30
#: The next movie may be better or worse than all before by a third.
_LESS: Final = 0.75
_MORE: Final = 1.33
_ZOOM: Final = ("zoom_from", "zoom_to", "pan_from", "pan_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The least and the most to expect."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What to expect of a movie; None is not known."""

    frames: int
    duration_s: float
    width: int
    height: int
    bytes: Range | None
    #: Without the time that it waits for a worker. The least is what is left when segments can be reused.
    render_s: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A movie that was rendered."""

    frames: int
    pixels: int
    bytes: int
    encoded_frames: int
    render_s: float


def estimate(timelapse: Timelapse, options: RenderOptions) -> Estimate | None:
    """Return what to expect of a movie of the present frames; None without frames or with impossible options.

    Takes four queries, and two more with a selection.
    """
    if options.validation_errors():
        return None
    movie = movie_of(timelapse, options)
    sizes = picture_sizes(movie)
    if not sizes:
        return None
    width, height = options.even_size or shape_of(sizes)
    same = listed(Movie.objects.all()).filter(
        _encoded_alike(options.style),
        timelapse=timelapse,
        fps=options.fps,
        width=width,
        height=height,
        state=Movie.States.READY,
    )
    frames = sum(sizes.values())
    if options.selection != EVERYTHING or options.style != PLAIN:
        frames = count_frames(movie)
    if options.style.views is not None:  # what a frame shows depends on how many there are
        same = same.filter(frame_count=frames)
    reusable = same.values_list("frame_count", flat=True).first() or 0
    past = _past(timelapse, options.style)
    return Estimate(
        frames=frames,
        duration_s=frames / options.fps,
        width=width,
        height=height,
        bytes=expected_bytes(past, frames, width * height),
        render_s=expected_time(past, frames, width * height, reusable=reusable),
    )


def expected_bytes(past: Iterable[Past], frames: int, pixels: int) -> Range | None:
    """Return the bytes of so many frames of so many pixels, by the bytes for each pixel of past movies."""
    each = [movie.bytes / (movie.frames * movie.pixels) for movie in past if movie.frames]
    if not each:
        return None
    return Range(low=min(each) * frames * pixels * _LESS, high=max(each) * frames * pixels * _MORE)


def expected_time(past: Iterable[Past], frames: int, pixels: int, *, reusable: int) -> Range | None:
    """Return the seconds to render so many frames, of which some may have been encoded before.

    A frame takes time to decode, whatever the movie's size, and to encode, in proportion to it: the range
    spans from one to the other.
    """
    low, high = [], []
    for movie in past:
        if movie.encoded_frames < _LEAST_FRAMES:
            continue
        each, larger = movie.render_s / movie.encoded_frames, pixels / movie.pixels
        low.append(each * min(1.0, larger))
        high.append(each * max(1.0, larger))
    if not low:
        return None
    return Range(low=min(low) * max(0, frames - reusable) * _LESS, high=max(high) * frames * _MORE)


def _encoded_alike(style: Style) -> Q:
    """Select movies whose segments may be those of the style. What is the default isn't stored."""
    stored = style.to_json()
    alike = Q()
    focus = ("focus",) if style.fitting.mode == "cover" else ()
    for name in ("fit", "unusable", "codec", "steady", *_ZOOM, *focus):
        alike &= _has(name, stored)
    return alike


def _has(name: str, stored: Mapping[str, object]) -> Q:
    key = f"style__{name}"
    return Q(**{key: stored[name]}) if name in stored else Q(**{f"{key}__isnull": True})


def _past(timelapse: Timelapse, style: Style) -> Sequence[Past]:
    """Return the newest movies of its camera with the style's codec; of all cameras, if that has none."""
    rendered = Movie.objects.filter(
        _has("codec", style.to_json()),
        Q(render_s__isnull=False) & Q(bytes__isnull=False),
        encoded_frames__isnull=False,
    ).order_by("-finished_at", "-pk")
    fields = ("frame_count", "width", "height", "bytes", "encoded_frames", "render_s")
    rows = list(rendered.filter(timelapse__camera=timelapse.camera_id).values_list(*fields)[:_SAMPLES])
    rows = rows or list(rendered.values_list(*fields)[:_SAMPLES])
    return [
        Past(
            frames=frames,
            pixels=width * height,
            bytes=size or 0,
            encoded_frames=encoded or 0,
            render_s=seconds or 0.0,
        )
        for frames, width, height, size, encoded, seconds in rows
    ]
