"""Imports captures that an agent without a network exported to a USB drive.

Each capture goes through the same steps as an upload, under the same lock. It is therefore stored once, even
if it also arrives over the network. An import is a run of `ImportCaptures` for each camera: it can be paused,
cancelled and resumed, and goes on where it was interrupted.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args
from uuid import UUID

from camera_agent.protocol import PROTOCOL
from camera_agent.protocol.captures import format_header
from fsmlock.iteration import Iteration
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import camera_by_id, visible
from timelapse.frames.domain import Extension
from timelapse.frames.models import Frame, Preview
from timelapse.ingest.domain import malformed, too_large
from timelapse.ingest.metadata import UploadRequest
from timelapse.ingest.pipeline import admission
from timelapse.ingest.pipeline.admission import AlreadyStored
from timelapse.ingest.pipeline.store import store_upload
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsmlock.models import Run

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

    def __str__(self) -> str:
        """The picture's file name."""
        return self.picture.name


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


class ImportCaptures(Iteration):
    """Stores the captures of one camera from a folder. Refused captures are the run's failed items."""

    unit = "capture"
    needs = ("import",)
    max_errors = sys.maxsize

    def __init__(self, folder: str, camera: str, named: str | None = None) -> None:
        self._folder = Path(folder)
        self._camera = UUID(camera)
        self._named = named

    def target(self) -> Camera:
        """The camera, whose movies are not rendered meanwhile."""
        return Camera.objects.get(pk=self._camera)

    def items(self) -> list[ExportedCapture]:
        """The camera's captures in the folder, by name."""
        return [each for each in find_captures(self._folder, self._named) if each.camera == self._camera]

    def each(self, item: ExportedCapture) -> None:
        """Store a capture unless it is stored already.

        Raises:
            Refusal: it can't be used.
            UsbImportError: it can't be read or stored.
        """
        try:
            _import_one(item)
        except OSError as error:
            raise UsbImportError(f"It can't be read or stored: {error.strerror}.") from error


def enqueue_imports(folder: Path, camera: str | None, *, by: str = "") -> list[Run]:
    """Enqueue a run for each camera that has captures in the folder, or for the named camera.

    Raises:
        UsbImportError: the folder holds no captures, or their camera is not known.
    """
    cameras = dict.fromkeys(each.camera for each in find_captures(folder, camera))
    return [
        ImportCaptures.enqueue(folder=str(folder.resolve()), camera=str(each), named=camera, by=by)
        for each in cameras
    ]


def stored_by(run: Run) -> int:
    """Return how many of the run's captures are new here: received since the run was created."""
    received = {"camera": run.arguments["camera"], "received_at__gte": run.created_at}
    new = Frame.objects.filter(**received).count() + Preview.objects.filter(**received).count()
    return min(new, run.done)


def refused_by(run: Run) -> list[tuple[str, str]]:
    """Return the refused captures of a run: file name and reason."""
    # fsmlock puts the name of the exception's class first.
    return [(error.item, error.error.partition(": ")[2]) for error in run.errors.order_by("pk")]


def _named(camera: str) -> Camera:
    """Return the camera of this id or name.

    Raises:
        UsbImportError: there is none, or several have that name.
    """
    try:
        rows = list(visible(Camera.objects.filter(pk=UUID(camera))))
    except ValueError:
        rows = list(visible(Camera.objects.filter(name=camera))[:2])
    if len(rows) == 1:
        return rows[0]
    names = ", ".join(map(repr, visible(Camera.objects.all()).values_list("name", flat=True)[:20])) or "none"
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
    return [note.with_suffix(f".{extension}") for extension in get_args(Extension)]


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
        row = camera_by_id(UUID(str(camera)))
    except ValueError:
        row = None
    if row is None:
        raise UsbImportError(
            f"{card} is of a camera that this server doesn't know. Name the camera by --camera."
        )
    return row.pk


def _import_one(found: ExportedCapture) -> None:
    values = _values(found.note)
    size = found.picture.stat().st_size
    if size > conf.get().max_upload_bytes:
        raise too_large(size, conf.get().max_upload_bytes)
    announced = UploadRequest.parse(str(size), format_header(values))
    upload = admission.open_upload(found.camera, announced, limited=False)
    if isinstance(upload, AlreadyStored):
        return
    with upload, found.picture.open("rb") as file:
        file.seek(upload.offset)
        while piece := file.read(_PIECE):
            upload.append(piece)
        store_upload(found.camera, upload)


def _values(note: Path) -> Mapping[str, str]:
    try:
        values = json.loads(note.read_text())
    except (ValueError, RecursionError):
        values = None
    values = values.get("values", values) if isinstance(values, dict) else values
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise malformed(f"{note.name} does not hold the values of a capture.")
    return values
