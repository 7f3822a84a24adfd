"""A movie that can be watched while it is rendered: the finished segments of its beginning, as HLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from timelapse.rendering import queries
from timelapse.rendering.codecs import ENCODERS, Codec
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline import hls
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat
from timelapse.rendering.pipeline.rate import exact_rate
from timelapse.rendering.pipeline.store import SegmentStore
from timelapse.rendering.style import Style

if TYPE_CHECKING:
    from pathlib import Path


def format_of(movie: Movie) -> MovieFormat:
    """Return how the movie is encoded."""
    style = Style.from_json(movie.style)
    codec = cast("Codec", style.codec)
    return MovieFormat(
        size=Size(movie.width, movie.height),
        rate=exact_rate(movie.fps),
        fit=style.fitting,
        hold=style.unusable == "hold",
        codec=codec,
        preset=ENCODERS[codec].preset,
        crf=ENCODERS[codec].crf,
    )


def live_url(movie: Movie) -> str | None:
    """Return the URL of the movie's playlist; None until its first segment is finished, and in the trash."""
    return f"/media/live/{movie.pk}.m3u8" if has_beginning(movie) else None


def has_beginning(movie: Movie) -> bool:
    """Return whether something of it can be watched before it is ready."""
    return bool(movie.segments) and movie.state != Movie.States.TRASHED


def playlist(movie: Movie) -> str:
    """Return the playlist of what is finished.

    It has an end unless a worker renders the movie just now: whatever becomes of the worker, no player waits
    for more.
    """
    frames = [frames for _, frames in movie.segments]
    goes_on = movie.state == Movie.States.RENDERING and queries.is_being_rendered(movie)
    return hls.playlist(frames, format_of(movie), base=f"{movie.pk}/", ended=not goes_on)


def piece(movie: Movie, name: str) -> bytes | None:
    """Return what the playlist names; None when there is no such piece, or not any more."""
    numbers = {hls.PIECE.format(number=number): number for number in range(len(movie.segments))}
    number = 0 if name == hls.INIT else numbers.get(name)
    if number is None or not has_beginning(movie):
        return None
    try:
        segment = _file(movie, number).read_bytes()
    except OSError:
        return None
    if name == hls.INIT:
        return hls.init(segment)
    before = sum(frames for _, frames in movie.segments[:number])
    return hls.piece(segment, number, before, format_of(movie))


def _file(movie: Movie, number: int) -> Path:
    key, _ = movie.segments[number]
    return SegmentStore(queries.segments_of(movie.timelapse_id)).path_of(key)
