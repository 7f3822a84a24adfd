"""Captures on a stick: what a camera without a network wrote is verified and stored as if it came by wire.

Each capture goes through the same steps as an upload, under the same lock, so that (camera, capture) is
stored once whatever also comes over the network, and an interrupted import is simply started again.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from timelapse.cameras.domain import PROTOCOL
from timelapse.cameras.models import Camera
from timelapse.ingest.domain import Refusal, malformed, too_large
from timelapse.ingest.metadata import Order
from timelapse.ingest.pipeline import admission
from timelapse.ingest.pipeline.admission import AlreadyStored
from timelapse.ingest.pipeline.store import store_upload
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_CARD: Final = "camera.json"
_PIECE: Final = 1 << 20


class StickError(Exception):
    """The folder can't be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A complete capture on the stick."""

    camera: UUID
    picture: Path
    note: Path


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of the captures."""

    stored: int = 0
    known: int = 0
    #: Name of the file, and why it was refused.
    refused: list[tuple[str, str]] = field(default_factory=list)


def look(folder: Path, camera: str | None) -> list[Found]:
    """Find the complete captures of all cameras on a stick, or of the one that is named.

    Raises:
        StickError: there is nothing, or it is not known whose it is.
    """
    if not folder.is_dir():
        raise StickError(
            f"There is no folder {folder}. Give the folder that camera-agent spool export wrote to."
        )
    cards = sorted(path for path in [folder / _CARD, *folder.glob(f"*/{_CARD}")] if path.is_file())
    if not cards:
        raise StickError(
            f"{folder} holds no {_CARD}. Give the folder that camera-agent spool export wrote to."
        )
    named = None if camera is None else _named(camera)
    return [found for card in cards for found in _captures(card, named)]


def take_in(captures: Iterable[Found]) -> Iterator[Outcome]:
    """Store each capture once; yield the outcome so far after each of them."""
    outcome = Outcome()
    for found in captures:
        try:
            if _take(found):
                outcome.stored += 1
            else:
                outcome.known += 1
        except Refusal as refusal:
            outcome.refused.append((found.picture.name, str(refusal)))
        except OSError as error:
            outcome.refused.append((found.picture.name, f"It can't be read or stored: {error.strerror}."))
        yield outcome


def _named(camera: str) -> Camera:
    """Find the camera by id or name.

    Raises:
        StickError: there is none, or there are several of that name.
    """
    try:
        rows = list(Camera.objects.filter(pk=UUID(camera)))
    except ValueError:
        rows = list(Camera.objects.filter(name=camera)[:2])
    if len(rows) == 1:
        return rows[0]
    names = ", ".join(repr(name) for name in Camera.objects.values_list("name", flat=True)[:20]) or "none"
    what = "There are several cameras" if rows else "There is no camera"
    raise StickError(f"{what} {camera!r}. Give its id, from the address of its page. Cameras here: {names}.")


def _captures(card: Path, named: Camera | None) -> list[Found]:
    camera = named.pk if named is not None else _owner(card)
    notes = sorted(path for path in card.parent.glob("*.json") if path.name != _CARD)
    found = []
    for note in notes:
        picture = next((path for path in _pictures(note) if path.is_file()), None)
        if picture is not None:
            found.append(Found(camera=camera, picture=picture, note=note))
    return found


def _pictures(note: Path) -> list[Path]:
    return [note.with_suffix(f".{extension}") for extension in ("jpg", "png", "webp")]


def _owner(card: Path) -> UUID:
    try:
        told = json.loads(card.read_text())
        protocol, camera = told["protocol"], told["camera"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StickError(
            f"{card} can't be read ({error}). Export again, or name the camera by --camera."
        ) from error
    if protocol != PROTOCOL:
        raise StickError(
            f"{card} follows protocol {protocol}; this server speaks {PROTOCOL}. Update the server."
        )
    if camera is None:
        raise StickError(f"{card.parent} is of an agent that was never paired. Say whose it is by --camera.")
    try:
        row = Camera.objects.filter(pk=UUID(str(camera))).first()
    except ValueError:
        row = None
    if row is None:
        raise StickError(f"{card} is of a camera that this server doesn't know. Say whose it is by --camera.")
    return row.pk


def _take(found: Found) -> bool:
    """Store one capture; say whether it is new."""
    values = _values(found.note)
    size = found.picture.stat().st_size
    if size > conf.get().max_upload_bytes:
        raise too_large(size, conf.get().max_upload_bytes)
    order = Order.parse(str(size), _header(values))
    upload = admission.open_upload(found.camera, order, limited=False)
    if isinstance(upload, AlreadyStored):
        return False
    with upload, found.picture.open("rb") as file:
        file.seek(upload.offset)
        while piece := file.read(_PIECE):
            upload.append(piece)
        return store_upload(found.camera, upload)


def _values(note: Path) -> Mapping[str, str]:
    try:
        values = json.loads(note.read_text())
    except (ValueError, RecursionError):
        values = None
    values = values.get("values", values) if isinstance(values, dict) else values
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise malformed(f"{note.name} does not hold the values of a capture.")
    return values


def _header(values: Mapping[str, str]) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())
