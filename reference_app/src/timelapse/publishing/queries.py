"""Finds the file of a URL, and what a share link shows."""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from timelapse.frames.models import Frame, Preview
from timelapse.frames.previews import file_of_preview
from timelapse.frames.queries import file_of
from timelapse.ingest.pipeline.thumbnails import ensure_large_thumbnail, ensure_thumbnail
from timelapse.publishing.domain import LinkFacts
from timelapse.publishing.models import ShareLink
from timelapse.rendering import watching
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import (
    file_name,
    has_poster,
    movie_by_id,
    movies_of,
    poster_of,
    sprite_of,
    thumbnails_of,
    video_of,
)
from timelapse.shared.tokens import can_be_token

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from django.db.models import QuerySet

    from timelapse.timelapses.models import Timelapse

_PICTURES: Final[dict[str, str]] = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
    "tif": "image/tiff",
    "raw": "application/octet-stream",
}
#: The states of what a link shows nothing of. A movie in the trash may come back, and its links with it.
_DELETED: Final = frozenset({Movie.States.DELETING, Movie.States.DELETED, Movie.States.TRASHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An existing file and its media type."""

    path: Path
    stat: os.stat_result
    media_type: str
    #: Whether the URL will always return these bytes.
    lasting: bool = True
    #: The name of a download; empty: that of the URL.
    name: str = ""


def movie(pk: int, extension: str) -> Published | None:
    """Find a finished movie's file."""
    ready = (
        Movie.objects.select_related("timelapse").filter(pk=pk, state=Movie.States.READY).first()
        if extension == "mp4"
        else None
    )
    if ready is None:
        return None
    found = _published(video_of(pk), "video/mp4")
    return None if found is None else replace(found, name=file_name(ready))


def poster(pk: int, extension: str) -> Published | None:
    """Find a movie's poster, also that of one in the trash."""
    found = movie_by_id(pk) if extension == "jpg" else None
    if found is None or not has_poster(found):
        return None
    return _published(poster_of(pk), "image/jpeg")


def sprite(pk: int, extension: str) -> Published | None:
    """Find a finished movie's thumbnails (jpg) or their index (vtt)."""
    if extension not in {"jpg", "vtt"} or not _is_ready(pk):
        return None
    if extension == "jpg":
        return _published(sprite_of(pk), "image/jpeg")
    return _published(thumbnails_of(pk), "text/vtt")


def live_playlist(pk: int) -> str | None:
    """Return the playlist of what a movie's worker has finished; None until there is something."""
    found = movie_by_id(pk)
    return watching.playlist(found) if found is not None and watching.has_beginning(found) else None


def live_piece(pk: int, name: str) -> bytes | None:
    """Return a piece that the playlist names."""
    found = movie_by_id(pk)
    return None if found is None else watching.piece(found, name)


def frame(pk: int, extension: str) -> Published | None:
    """Find a frame's picture, by the extension that it has."""
    found = Frame.objects.filter(pk=pk).only("file").first()
    if found is None or file_of(found).suffix != f".{extension}":
        return None
    return _published(file_of(found), _PICTURES[extension])


def thumbnail(pk: int, extension: str) -> Published | None:
    """Find a frame's thumbnail; the picture itself if none can be written."""
    return _small(pk, extension, ensure_thumbnail)


def large_thumbnail(pk: int, extension: str) -> Published | None:
    """Find a frame's large thumbnail; the picture itself if none can be written."""
    return _small(pk, extension, ensure_large_thumbnail)


def _small(pk: int, extension: str, ensure: Callable[[Frame], Path | None]) -> Published | None:
    frames = Frame.objects.filter(pk=pk).only("thumbnail", "file")
    found = frames.first() if extension == "jpg" else None
    if found is None:
        return None
    small = ensure(found)
    if small is not None:
        return _published(small, "image/jpeg")
    whole = file_of(found)
    itself = _published(whole, _PICTURES[whole.suffix.removeprefix(".")])
    return None if itself is None else replace(itself, lasting=False)


def preview(pk: int, extension: str) -> Published | None:
    """Find a camera's preview."""
    found = Preview.objects.filter(pk=pk).first() if extension == "jpg" else None
    return None if found is None else _published(file_of_preview(found), "image/jpeg")


def working_links(obj: Movie | Timelapse, now: datetime) -> QuerySet[ShareLink]:
    """Return the links to an object that are neither revoked nor expired."""
    of = Q(movie=obj.pk) if isinstance(obj, Movie) else Q(timelapse=obj.pk)
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    return ShareLink.objects.filter(of, lasting, state=ShareLink.States.ACTIVE)


def links_of_movies(movies: list[int]) -> dict[int, list[ShareLink]]:
    """Return the links to each movie that aren't revoked, newest first, in one query."""
    return _by_subject("movie_id", movies)


def links_of_timelapses(timelapses: list[int]) -> dict[int, list[ShareLink]]:
    """Return the links to each timelapse that aren't revoked, newest first, in one query."""
    return _by_subject("timelapse_id", timelapses)


def _by_subject(key: str, subjects: list[int]) -> dict[int, list[ShareLink]]:
    links = visible_links(ShareLink.objects.filter(**{f"{key}__in": subjects}))
    found: dict[int, list[ShareLink]] = {}
    for link in links:
        found.setdefault(getattr(link, key), []).append(link)
    return found


def visible_links(links: QuerySet[ShareLink]) -> QuerySet[ShareLink]:
    """Filter out revoked links, and join what they show."""
    return links.select_related("movie__timelapse", "timelapse", "created_by").filter(
        state=ShareLink.States.ACTIVE
    )


def link_by_token(token: str) -> ShareLink | None:
    """Return the link of a token, revoked or not. What can be no token is not looked up."""
    if not can_be_token(token):
        return None
    links = ShareLink.objects.select_related("movie__timelapse", "timelapse")
    return links.filter(token=token).first()


def facts_of(link: ShareLink) -> LinkFacts:
    """Return what decides whether the link works."""
    shown = link.movie or link.timelapse
    return LinkFacts(
        is_active=link.state == link.States.ACTIVE,
        expires_at=link.expires_at,
        is_deleted=shown is None or shown.state in _DELETED,
    )


def movie_of_link(link: ShareLink) -> Movie | None:
    """Return the movie that the link shows: its own, or the newest finished one of its timelapse."""
    if link.timelapse_id is None:
        return link.movie
    return movies_of(link.timelapse_id).filter(state=Movie.States.READY).first()


def latest_picture_of_link(link: ShareLink) -> Frame | None:
    """Return the latest picture of the link's timelapse that isn't hidden; None for a link to a movie."""
    return None if link.timelapse is None else link.timelapse.shown_frames().last()


def _is_ready(movie: int) -> bool:
    return Movie.objects.filter(pk=movie, state=Movie.States.READY).exists()


def _published(path: Path, media_type: str) -> Published | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Published(path=path, stat=found, media_type=media_type) if stat.S_ISREG(found.st_mode) else None
