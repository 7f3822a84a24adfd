"""The objects of one ``timelapse film``: a camera, its timelapse and one movie."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from django.contrib.auth.models import User

from timelapse.cameras.actions import enrol
from timelapse.project.stack.errors import StackError
from timelapse.project.stack.film_bars import Step
from timelapse.rendering.actions import InvalidOptions, request_render
from timelapse.rendering.domain import MEASURING, RenderOptions, SoundOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import video_of
from timelapse.rendering.sound_intake import add_sound
from timelapse.rendering.sounds import incoming_folder
from timelapse.shared.progress import about, store
from timelapse.timelapses.actions import create_timelapse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timelapse.project.stack.film_options import FilmOptions, FilmSound
    from timelapse.timelapses.models import Timelapse


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieStatus:
    """The state of the movie."""

    ended: bool
    failure: str
    left_out: list[tuple[str, str]]
    #: What the selection did with the other frames, each in a sentence.
    notes: list[str]
    frames: int
    duration: float
    #: Width and height in pixels.
    size: tuple[int, int]
    path: Path


#: Nothing more comes of these by itself.
_ENDED: Final = frozenset(
    {Movie.States.READY, Movie.States.FAILED, Movie.States.CANCELLED, Movie.States.PAUSED}
)


def _sentence(note: dict[str, Any]) -> str:
    done = "Left out" if note["left_out"] else "Kept"
    return f"{done} {note['frames']:,} frames: {note['text']}."


def _failure(movie: Movie) -> str:
    if movie.state in {Movie.States.CANCELLED, Movie.States.PAUSED}:
        return f"Somebody stopped the movie: it is {movie.state}. Start the command again to make it."
    return f"{movie.failure_message} {movie.failure_remedy}".strip()


def _stored(sound: FilmSound) -> SoundOptions:
    copy = incoming_folder() / "film"
    shutil.copyfile(sound.path, copy)
    stored = add_sound(copy, sound.path.name)
    return SoundOptions(sha256=stored.sha256, repeats=sound.repeats, volume=sound.volume)


@dataclass(slots=True)
class FilmSession:
    """A camera, its timelapse and its movie."""

    operator: User
    token: str
    timelapse: Timelapse
    movie: Movie | None = None

    @classmethod
    def open(cls, name: str) -> Self:
        """Enrol a camera and create its timelapse."""
        operator = User.objects.create_superuser("film")
        enrolment = enrol(name, driver="replay")
        timelapse = create_timelapse(camera=enrolment.camera.pk, name=name)
        return cls(operator, enrolment.token, timelapse)

    def start_movie(self, film: FilmOptions) -> None:
        """Request the movie, as the *Render* button does; without a size, as the pictures."""
        width, height = film.size or (None, None)
        options = RenderOptions(
            fps=film.fps,
            width=width,
            height=height,
            selection=film.selection,
            style=film.style,
            sound=None if film.sound is None else _stored(film.sound),
        )
        try:
            self.movie = request_render(self.timelapse.pk, options, self.operator)
        except InvalidOptions as refused:
            raise StackError(
                " ".join(f"{reason.message} {reason.remedy}" for reason in refused.reasons)
            ) from refused

    def status(self, on_progress: Callable[[Step, float, float | None], None]) -> MovieStatus:
        """Return the movie's status, and report its progress."""
        if self.movie is None:
            msg = "No movie was requested yet."
            raise StackError(msg)
        movie = self.movie
        movie.refresh_from_db()
        state = store().latest(about(movie))
        if state is not None:
            step = Step.MEASURING if state.action_type == MEASURING else Step.RENDERING
            on_progress(step, state.done, state.total)
        return MovieStatus(
            ended=movie.state in _ENDED,
            failure=_failure(movie),
            left_out=[(item["frame"], item["reason"]) for item in movie.left_out],
            notes=[_sentence(note) for note in movie.selection_notes],
            frames=movie.frame_count,
            duration=movie.duration_s or 0.0,
            size=(movie.width, movie.height),
            path=video_of(movie.pk),
        )
