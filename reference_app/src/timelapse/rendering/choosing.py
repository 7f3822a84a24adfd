"""Which frames of a timelapse a movie shows, by its selection and what is known of its frames."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from camera_agent.protocol.settings import Schedule
from fsmlock import Reason
from timelapse.cameras.configuration import current_configurations
from timelapse.cameras.health import Health
from timelapse.rendering import queries
from timelapse.rendering.models import Movie
from timelapse.rendering.selection import EVERYTHING, FrameFacts, Selection, SelectionNote, select
from timelapse.rendering.style import CARD_S, Style

if TYPE_CHECKING:
    from camera_agent.protocol.windows import Place
    from timelapse.frames.models import Frame
    from timelapse.rendering.domain import RenderOptions
    from timelapse.timelapses.models import Timelapse

NO_PLACE: Final = Reason(
    code="no_place",
    message="It isn't known where the camera is, so the sun can't be followed.",
    remedy="Set latitude and longitude in the camera's schedule, or give times such as 06:00..20:00.",
)
_FACTS: Final = ("captured_at", "luma_ev", "sharpness", "fingerprint")
_SHOWN: Final = ("file", "filename", "capture", "sha256", "clock", "exposure")
_SWAY: Final = ("thumbnail", "shift_after", "shift_x", "shift_y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The frames that a movie shows, in order, and how many it leaves out by which reason."""

    frames: list[Frame]
    notes: tuple[SelectionNote, ...] = ()


def movie_of(timelapse: Timelapse, options: RenderOptions) -> Movie:
    """Return an unsaved movie with these options, but for its size and its sound."""
    return Movie(
        timelapse=timelapse,
        fps=options.fps,
        since=options.since,
        until=options.until,
        title=options.title.strip(),
        selection=options.selection.to_json(),
        style=options.style.to_json(),
    )


def choose(movie: Movie) -> Chosen:
    """Return the movie's frames."""
    frames = list(queries.frames_of_movie(movie).only(*_FACTS, *_SHOWN, *_SWAY))
    selection = Selection.from_json(movie.selection)
    if selection == EVERYTHING:
        return Chosen(frames=frames)
    facts = [
        FrameFacts(
            captured_at=frame.captured_at,
            luma_ev=frame.luma_ev,
            sharpness=frame.sharpness,
            fingerprint=frame.fingerprint,
        )
        for frame in frames
    ]
    selected = select(facts, selection, place_of(movie.timelapse), movie.fps)
    return Chosen(frames=[frames[number] for number in selected.kept], notes=selected.notes)


def count_frames(movie: Movie) -> int:
    """Return how many frames the movie shows, its card's included. Keep the notes with the movie."""
    if movie.selection:
        chosen = choose(movie)
        movie.selection_notes = [asdict(note) for note in chosen.notes]
        pictures = len(chosen.frames)
    else:
        pictures = queries.frames_of_movie(movie).count()
    return pictures + card_frames(movie)


def card_frames(movie: Movie) -> int:
    """Return how many frames the card at the end has."""
    return max(1, round(CARD_S * movie.fps)) if Style.from_json(movie.style).end_text else 0


def place_of(timelapse: Timelapse) -> Place:
    """Return the camera's time zone (UTC if it isn't known) and where it is (0, 0 if it isn't known)."""
    camera = timelapse.camera
    schedule = current_configurations([camera.pk])[camera.pk].settings.schedule or Schedule()
    place = schedule.place(Health.from_json(camera.health).timezone)
    return place if place.timezone else replace(place, timezone="UTC")


def lacks_place(timelapse: Timelapse, selection: Selection) -> bool:
    """Return whether the selection follows the sun and nobody knows where the camera is."""
    place = place_of(timelapse) if selection.follows_sun else None
    return place is not None and place.latitude == place.longitude == 0
