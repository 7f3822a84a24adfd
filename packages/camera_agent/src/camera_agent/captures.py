"""A capture as a value, with its form in the protocol."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from camera_agent.protocol.captures import format_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.host.clock import Instant

#: The capture ids that the server accepts.
CAPTURE_ID = re.compile(r"[A-Za-z0-9_-]{8,80}")
#: Bytes of a file that `filetype_of` needs.
HEAD_BYTES = 12

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/tiff": "tif",
    "image/x-raw": "raw",
}
_BRANDS: Mapping[bytes, str] = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    b"crx ": "image/x-raw",
}

ExposureValue = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A picture in the spool, with everything that is sent to the server about it. `size` is in bytes.

    `exported` means that it is on a USB drive as well. A `preview` is a small copy `of` another capture, or
    of none; `focus` is the centre of a picture that is not kept, pixel by pixel, for the focus aid. `cause`
    are the headers of the action below which it is delivered, if there is one.
    """

    capture: str
    sequence: int
    filename: str
    filetype: str
    size: int
    sha256: str
    captured_at: Instant
    exposure: Mapping[str, ExposureValue]
    attempts: int = 0
    exported: bool = False
    kind: Literal["frame", "preview", "focus"] = "frame"
    of: str = ""
    cause: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the lens sees, for the focus aid: small JPEGs of the whole view and of its centre, full size.

    Of a capture, the whole view is empty: it is its preview.
    """

    whole: bytes
    centre: bytes
    captured_at: Instant


def filetype_of(head: bytes) -> str | None:
    """Return the MIME type by a file's first `HEAD_BYTES` bytes; None when no driver takes such pictures."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def footage_type_of(head: bytes) -> str | None:
    """Return the MIME type of a file that somebody gives as footage, by its first `HEAD_BYTES` bytes.

    It may be of any kind that the server may know. A raw picture that is made as a TIFF (DNG, CR2, NEF)
    counts as one: the server tells them apart.
    """
    if known := filetype_of(head):
        return known
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    return "image/x-raw" if head.startswith((b"IIU\0", b"IIRO", b"IIRS", b"FUJIFILMCCD")) else None


def new_capture_id(prefix: str, number: int) -> str:
    """Return a new capture id; its random part tells apart two cards cloned from one image."""
    return f"{prefix}-{number:08d}-{secrets.token_hex(6)}"


def rfc3339(wall_ns: int) -> str:
    """Format Unix nanoseconds as RFC 3339 in UTC with microseconds: `2026-11-23T21:49:58.031000Z`."""
    return moment_of(wall_ns).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment_of(wall_ns: int) -> datetime:
    """Return Unix nanoseconds as a moment in UTC, with microseconds."""
    seconds, rest = divmod(wall_ns, 10**9)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def from_rfc3339(text: str) -> int:
    """Parse RFC 3339 as Unix nanoseconds. ValueError when it is not a moment with a time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 10**9 + moment.microsecond * 1000


def metadata(capture: Capture) -> dict[str, str]:
    """Return a capture's metadata by the protocol's names."""
    values = {
        "capture": capture.capture,
        "sha256": capture.sha256,
        "filename": capture.filename,
        "filetype": capture.filetype,
        "captured_at": rfc3339(capture.captured_at.wall_ns),
        "clock": capture.captured_at.quality.value,
        "boot": capture.captured_at.boot,
        "monotonic_ns": str(capture.captured_at.monotonic_ns),
        "sequence": str(capture.sequence),
    }
    if capture.exposure:
        values["exposure"] = json.dumps(dict(capture.exposure))
    if capture.kind != "frame":
        values["kind"] = capture.kind
    if capture.of:
        values["of"] = capture.of
    return values


def upload_metadata(capture: Capture) -> str:
    """Return the `Upload-Metadata` header of a capture: names with base64 values, comma separated."""
    return format_header(metadata(capture))
