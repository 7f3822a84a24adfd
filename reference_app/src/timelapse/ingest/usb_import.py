"""Imports captures that an agent without a network exported to a USB drive.

Each capture goes through the same steps as an upload, under the same lock. It is therefore stored once, even
if it also arrives over the network, and an interrupted import can be repeated.
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
from timelapse.ingest.metadata import UploadRequest
from timelapse.ingest.pipeline import admission
from timelapse.ingest.pipeline.admission import AlreadyStored
from timelapse.ingest.pipeline.store import store_upload
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_CARD: Final = "camera.json"
_PIECE: Final = 1 << 20


class UsbImportError(Exception):
    """The folder can't be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedCapture:
    """A complete capture on the drive."""

    camera: UUID
    picture: Path
    note: Path


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """How many captures were stored, were known already, and were refused."""

    stored: int = 0
    already_stored: int = 0
    #: Name of the file, and why it was refused.
    refused: list[tuple[str, str]] = field(default_factory=list)


def find_captures(folder: Path, camera: str | None) -> list[ExportedCapture]:
    """Return the complete captures of all cameras on a drive, or of the named one.

    Raises:
        UsbImportError: the folder holds no captures, or their camera is not known.
    """
    if not folder.is_dir():
        raise UsbImportError(
            f"There is no folder {folder}. Name the folder that camera-agent spool export wrote to."
        )
    cards = sorted(path for path in [folder / _CARD, *folder.glob(f"*/{_CARD}")] if path.is_file())
    if not cards:
        raise UsbImportError(
            f"{folder} holds no {_CARD}. Name the folder that camera-agent spool export wrote to."
        )
    named = None if camera is None else _named(camera)
    return [found for card in cards for found in _captures(card, named)]


def import_captures(captures: Iterable[ExportedCapture]) -> Iterator[ImportResult]:
    """Store each capture once; yield the result so far after each of them."""
    result = ImportResult()
    for found in captures:
        try:
            if _import_one(found):
                result.stored += 1
            else:
                result.already_stored += 1
        except Refusal as refusal:
            result.refused.append((found.picture.name, str(refusal)))
        except OSError as error:
            result.refused.append((found.picture.name, f"It can't be read or stored: {error.strerror}."))
        yield result


def _named(camera: str) -> Camera:
    """Return the camera of this id or name.

    Raises:
        UsbImportError: there is none, or several have that name.
    """
    try:
        rows = list(Camera.objects.filter(pk=UUID(camera)))
    except ValueError:
        rows = list(Camera.objects.filter(name=camera)[:2])
    if len(rows) == 1:
        return rows[0]
    names = ", ".join(repr(name) for name in Camera.objects.values_list("name", flat=True)[:20]) or "none"
    what = "There are several cameras" if rows else "There is no camera"
    raise UsbImportError(
        f"{what} {camera!r}. Use its id, from the address of its page. Cameras here: {names}."
    )


def _captures(card: Path, named: Camera | None) -> list[ExportedCapture]:
    camera = named.pk if named is not None else _owner(card)
    notes = sorted(path for path in card.parent.glob("*.json") if path.name != _CARD)
    found = []
    for note in notes:
        picture = next((path for path in _pictures(note) if path.is_file()), None)
        if picture is not None:
            found.append(ExportedCapture(camera=camera, picture=picture, note=note))
    return found


def _pictures(note: Path) -> list[Path]:
    return [note.with_suffix(f".{extension}") for extension in ("jpg", "png", "webp")]


def _owner(card: Path) -> UUID:
    try:
        content = json.loads(card.read_text())
        protocol, camera = content["protocol"], content["camera"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsbImportError(
            f"{card} can't be read ({error}). Export again, or name the camera by --camera."
        ) from error
    if protocol != PROTOCOL:
        raise UsbImportError(
            f"{card} follows protocol {protocol}; this server speaks {PROTOCOL}. Update the server."
        )
    if camera is None:
        raise UsbImportError(
            f"{card.parent} is of an agent that was never paired. Name the camera by --camera."
        )
    try:
        row = Camera.objects.filter(pk=UUID(str(camera))).first()
    except ValueError:
        row = None
    if row is None:
        raise UsbImportError(
            f"{card} is of a camera that this server doesn't know. Name the camera by --camera."
        )
    return row.pk


def _import_one(found: ExportedCapture) -> bool:
    """Store one capture; return whether it is new."""
    values = _values(found.note)
    size = found.picture.stat().st_size
    if size > conf.get().max_upload_bytes:
        raise too_large(size, conf.get().max_upload_bytes)
    announced = UploadRequest.parse(str(size), _header(values))
    upload = admission.open_upload(found.camera, announced, limited=False)
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
