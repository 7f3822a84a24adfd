"""The media list of a GoPro: every value is text, groups have holes, folders roll over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from camera_agent.home import Json


@dataclass(frozen=True, slots=True, order=True)
class Media:
    """One file: creation time (Unix seconds by the camera's clock), folder, name, bytes (0: unknown)."""

    created: int
    folder: str
    name: str
    size: int = field(default=0, compare=False)

    @property
    def path(self) -> str:
        """The path in the camera's API."""
        return f"{self.folder}/{self.name}"


def parse_media(response: Mapping[str, Json]) -> tuple[Media, ...]:
    """Return the single photos of a media list, without groups (bursts, its own timelapses) and videos."""
    folders = response.get("media")
    return tuple(
        media
        for folder in (folders if isinstance(folders, list) else [])
        if isinstance(folder, dict)
        for media in _photos(folder)
    )


def _photos(folder: Mapping[str, Json]) -> Iterator[Media]:
    files = folder.get("fs")
    for file in files if isinstance(files, list) else []:
        if isinstance(file, dict) and (media := _photo(folder, file)):
            yield media


def _photo(folder: Mapping[str, Json], file: Mapping[str, Json]) -> Media | None:
    name = str(file.get("n", ""))
    if "g" in file or not name.upper().endswith(".JPG"):
        return None
    return Media(_number(file.get("cre")), str(folder.get("d", "")), name, _number(file.get("s")))


def _number(text: Json) -> int:
    written = str(text)
    return int(written) if written.isdecimal() else 0


def newest(listed: Collection[Media], before: Collection[Media]) -> Media | None:
    """Return the file that is new since `before`; of several the one created last.

    Names don't show the order: after GOPR9999 they start again in the next folder.
    """
    return max(set(listed) - set(before), default=None)
