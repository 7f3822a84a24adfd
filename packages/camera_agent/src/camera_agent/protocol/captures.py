"""The metadata of captures, as `Upload-Metadata` of tus and in the files of an export."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.messages import prepared
from camera_agent.protocol.values import BootId, ClockQuality, Moment, check_object, check_year

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Longest exposure, bytes of JSON.
EXPOSURE_BYTES: Final = 4096

#: Chosen by the agent, unique for its camera for ever.
CaptureId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,80}$(?!\n)")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class CaptureMetadata(Struct, frozen=True, kw_only=True):
    """What an agent says about a capture."""

    capture: CaptureId
    sha256: Sha256
    captured_at: Moment
    #: Grows with each capture; one a second lasts 68 years.
    sequence: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    clock: ClockQuality = "unknown"
    boot: BootId = ""
    monotonic_ns: Annotated[int, Meta(ge=0, le=10**18)] | None = None
    filename: Annotated[str, Meta(max_length=255)] = ""
    filetype: Annotated[str, Meta(max_length=40)] = ""
    exposure: dict[str, Any] = {}
    kind: Literal["frame", "preview", "focus"] = "frame"
    #: Of a preview: the capture that it is a small copy of.
    of: CaptureId | None = None

    def __post_init__(self) -> None:
        """Check what types can't say: the year, and a storable exposure."""
        check_year("captured_at", self.captured_at)
        check_object("exposure", self.exposure, EXPOSURE_BYTES)


def read_metadata(values: Mapping[str, str]) -> CaptureMetadata:
    """Return the metadata that a header or file holds.

    Raises:
        InvalidValueError: a value is missing or wrong; the message names it.
    """
    texts: dict[str, object] = dict(values)
    texts["exposure"] = _exposure(values.get("exposure", ""))
    texts["filename"] = PurePosixPath(values.get("filename", "").replace("\\", "/")).name
    try:
        return msgspec.convert(prepared(CaptureMetadata, texts), CaptureMetadata, strict=False)
    except (ValueError, OverflowError, RecursionError) as error:
        message, _, path = str(error).partition(" - at ")
        name = path.strip("`$.")
        sentence = f"{message} for {name!r}." if name else f"{message}."
        raise InvalidValueError(sentence, code="malformed", path=name) from None


def parse_header(header: str) -> dict[str, str]:
    """Parse `Upload-Metadata`: keys with base64 values, separated by commas.

    Raises:
        InvalidValueError: a value isn't base64 of UTF-8, or a key is repeated.
    """
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        if key in values:
            raise InvalidValueError(f"Upload-Metadata has the key {key[:40]!r} twice.", code="malformed")
        try:
            values[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):  # UnicodeDecodeError is a ValueError
            message = f"The value of {key[:40]!r} in Upload-Metadata is not base64 of UTF-8."
            raise InvalidValueError(message, code="malformed") from None
    return values


def format_header(values: Mapping[str, str]) -> str:
    """Return the `Upload-Metadata` header of these values; unencodable characters become question marks."""
    encoded = {
        key: base64.b64encode(value.encode(errors="replace")).decode() for key, value in values.items()
    }
    return ",".join(f"{key} {value}" for key, value in encoded.items())


def _exposure(text: str) -> object:
    if not text:
        return {}
    try:
        return json.loads(text) if len(text) <= EXPOSURE_BYTES else text
    except (ValueError, RecursionError):
        return text
