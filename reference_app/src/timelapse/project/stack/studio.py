"""What ``timelapse film`` asks of the app: a camera, a timelapse of it, and one movie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.contrib.auth.models import User

from timelapse.cameras.actions import enrol
from timelapse.shared.progress import about, store
from timelapse.project.stack.errors import StackError
from timelapse.rendering.actions import request_render
from timelapse.rendering.models import Movie
from timelapse.timelapses.actions import create_timelapse
from timelapse.timelapses.models import Timelapse


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """How the movie stands."""

    ended: bool
    failure: str
    left_out: list[tuple[str, str]]
    frames: int
    duration: float
    path: Path


@dataclass(slots=True)
class Studio:
    """One camera and its timelapse."""

    operator: User
    token: str
    timelapse: Timelapse
    movie: Movie | None = None

    @classmethod
    def open(cls, name: str) -> Self:
        """Enrol a camera and make its timelapse."""
        operator = User.objects.create_superuser("film")
        camera, token = enrol(name=name, driver="replay")
        return cls(operator, token, create_timelapse(camera=camera, name=name, by=operator))

    def start_movie(self, fps: float, size: tuple[int, int]) -> None:
        """Ask for the movie, as a click on *Render* would."""
        width, height = size
        self.movie = request_render(self.timelapse, by=self.operator, fps=fps, width=width, height=height)

    def look(self, on_progress: Callable[[float, float | None], None]) -> Take:
        """Read how the movie stands, and report its progress."""
        if self.movie is None:
            msg = "No movie was asked for yet."
            raise StackError(msg)
        movie = self.movie
        movie.refresh_from_db()
        state = store().latest(about(movie))
        if state is not None:
            on_progress(state.done, state.total)
        failed = movie.state in {Movie.States.FAILED, Movie.States.CANCELLED}
        return Take(
            ended=failed or movie.state == Movie.States.READY,
            failure=(movie.failure_message or "The movie was not rendered.") if failed else "",
            left_out=[(item["frame"], item["reason"]) for item in movie.left_out],
            frames=movie.frame_count,
            duration=movie.duration_seconds or 0.0,
            path=Path(movie.path),
        )
