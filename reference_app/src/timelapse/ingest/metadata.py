"""Parses tus headers: lengths, checksums, and the metadata of captures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final, Self

import msgspec

from camera_agent.protocol import captures
from camera_agent.protocol.errors import InvalidValueError
from timelapse.frames.domain import Capture
from timelapse.ingest.domain import malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKSUM_ALGORITHMS: Final = ("sha1", "sha256")

_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRequest:
    """An announced upload: its length and the capture's metadata."""

    length: int
    capture: Capture
    #: The Upload-Metadata header as received; tus requires it to be echoed.
    metadata: str

    @classmethod
    def parse(cls, length: str | None, metadata: str) -> Self:
        """Parse the two headers.

        Raises:
            Refusal: 400, saying which value is wrong.
        """
        if length is None:
            raise malformed("Upload-Length is missing. Uploads of unknown length are not supported.")
        return cls(
            length=whole_number("Upload-Length", length),
            capture=capture_of(parse_metadata(metadata)),
            metadata=metadata,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """The checksum of the bytes of one request."""

    algorithm: str
    digest: bytes

    @classmethod
    def parse(cls, header: str) -> Self:
        """Parse an Upload-Checksum header.

        Raises:
            Refusal: 400, for an unknown algorithm or a value that is no digest in base64.
        """
        algorithm, _, value = header.partition(" ")
        if algorithm not in CHECKSUM_ALGORITHMS:
            raise malformed(
                f"Upload-Checksum must be one of {', '.join(CHECKSUM_ALGORITHMS)}, not {algorithm!r}."
            )
        digest = _unbase64("Upload-Checksum", value)
        if len(digest) != hashlib.new(algorithm).digest_size:
            raise malformed(f"The value of Upload-Checksum is not a {algorithm} digest.")
        return cls(algorithm=algorithm, digest=digest)

    def matches(self, running: hashlib._Hash) -> bool:
        """Return whether the received bytes have this checksum."""
        return running.digest() == self.digest


def whole_number(name: str, text: str, *, at_most: int = 10**18) -> int:
    """Parse a non-negative whole number.

    Raises:
        Refusal: 400, if it isn't one.
    """
    if not _WHOLE.fullmatch(text) or int(text) > at_most:
        raise malformed(f"{name} must be a whole number up to {at_most}, not {text[:40]!r}.")
    return int(text)


def parse_metadata(header: str) -> dict[str, str]:
    """Parse ``key base64,key base64``.

    Raises:
        Refusal: 400, if a value isn't base64 of UTF-8, or a key is repeated.
    """
    try:
        return captures.parse_header(header)
    except InvalidValueError as error:
        raise malformed(error.message) from None


def capture_of(values: Mapping[str, str]) -> Capture:
    """Return the capture that the metadata describes.

    Raises:
        Refusal: 400, saying which value is missing or wrong.
    """
    try:
        sent = captures.read_metadata(values)
    except InvalidValueError as error:
        raise malformed(f"Upload-Metadata: {error.message}") from None
    return Capture(
        capture=sent.capture,
        sha256=sent.sha256,
        captured_at=sent.captured_at.astimezone(UTC),
        sequence=sent.sequence,
        clock=sent.clock,
        boot=sent.boot,
        monotonic_ns=sent.monotonic_ns,
        filename=sent.filename,
        exposure=sent.exposure,
        kind=sent.kind,
        of=sent.of or "",
    )


def capture_id(text: str) -> str:
    """Return the id in a path.

    Raises:
        Refusal: 400, if it isn't valid.
    """
    try:
        return msgspec.convert(text, captures.CaptureId)
    except msgspec.ValidationError:
        raise malformed(f"{text[:100]!r} is no id of a capture: 8 to 80 letters, digits, _ or -.") from None


def _unbase64(name: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise malformed(f"The value of {name[:40]!r} is not base64.") from None
