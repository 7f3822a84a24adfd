"""Parses tus headers: lengths, checksums, and the metadata of captures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Self, cast, get_args

from timelapse.frames.domain import Capture, Clock, Kind
from timelapse.ingest.domain import malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKSUM_ALGORITHMS: Final = ("sha1", "sha256")

_CAPTURE = re.compile(r"[A-Za-z0-9_-]{8,80}")
_CAPTURE_WORDS = "8 to 80 letters, digits, _ or -"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WHOLE = re.compile(r"[0-9]{1,18}")
_EXPOSURE_LIMIT = 4096
#: One picture a second for 68 years; GraphQL's Int ends here.
_LAST_SEQUENCE = 2**31 - 1
#: A clock that was never set starts at 1970. Years outside of this range are never valid.
_YEARS = range(1970, 2101)


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
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        if key in values:
            raise malformed(f"Upload-Metadata has the key {key[:40]!r} twice.")
        try:
            values[key] = _unbase64(key, value).decode()
        except UnicodeDecodeError:
            raise malformed(f"Upload-Metadata {key[:40]!r} is not UTF-8.") from None
    return values


def capture_of(values: Mapping[str, str]) -> Capture:
    """Return the capture that the metadata describes.

    Raises:
        Refusal: 400, saying which value is missing or wrong.
    """
    clock = values.get("clock", "unknown")
    if clock not in get_args(Clock):
        raise malformed(
            f"Upload-Metadata 'clock' must be one of {', '.join(get_args(Clock))}, not {clock[:40]!r}."
        )
    kind = values.get("kind", "frame")
    if kind not in get_args(Kind):
        raise malformed(
            f"Upload-Metadata 'kind' must be one of {', '.join(get_args(Kind))}, not {kind[:40]!r}."
        )
    monotonic = values.get("monotonic_ns")
    return Capture(
        capture=_matching(values, "capture", _CAPTURE, _CAPTURE_WORDS),
        sha256=_matching(values, "sha256", _SHA256, "64 hex digits in lower case"),
        captured_at=instant("Upload-Metadata 'captured_at'", _wanted(values, "captured_at")),
        sequence=whole_number("'sequence'", _wanted(values, "sequence"), at_most=_LAST_SEQUENCE),
        clock=cast("Clock", clock),
        boot=_text(values.get("boot", ""), 64),
        monotonic_ns=None if not monotonic else whole_number("'monotonic_ns'", monotonic),
        filename=_text(PurePosixPath(values.get("filename", "").replace("\\", "/")).name, 255),
        exposure=_exposure(values.get("exposure", "")),
        kind=cast("Kind", kind),
        of=_matching(values, "of", _CAPTURE, _CAPTURE_WORDS) if values.get("of") else "",
    )


def capture_id(text: str) -> str:
    """Return the id in a path.

    Raises:
        Refusal: 400, if it isn't valid.
    """
    return _matching({"capture": text}, "capture", _CAPTURE, _CAPTURE_WORDS)


def _wanted(values: Mapping[str, str], name: str) -> str:
    if not values.get(name):
        raise malformed(f"Upload-Metadata {name!r} is missing.")
    return values[name]


def _matching(values: Mapping[str, str], name: str, pattern: re.Pattern[str], wanted: str) -> str:
    value = _wanted(values, name)
    if not pattern.fullmatch(value):
        raise malformed(f"Upload-Metadata {name!r} must be {wanted}, not {value[:100]!r}.")
    return value


def instant(name: str, text: str) -> datetime:
    """Parse a moment.

    Raises:
        Refusal: 400, if it isn't one from 1970 to 2100.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise malformed(f"{name} must be RFC 3339, not {text[:40]!r}.") from None
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise malformed(f"{name} must be in UTC, from 1970 to 2100, not {text[:40]!r}.")
    return moment.astimezone(UTC)


def _exposure(text: str) -> dict[str, object]:
    if not text:
        return {}
    try:
        value = json.loads(text) if len(text) <= _EXPOSURE_LIMIT else None
        # Python accepts values that databases refuse: NaN, unpaired surrogates, NUL.
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        value, written = None, b""
    if not isinstance(value, dict) or rb"\u0000" in written:
        raise malformed(f"'exposure' must be a JSON object of {_EXPOSURE_LIMIT} bytes at most.")
    return value


def _text(value: str, limit: int) -> str:
    """Drop NUL and control characters, and truncate."""
    return "".join(letter for letter in value if letter.isprintable())[:limit]


def _unbase64(name: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise malformed(f"The value of {name[:40]!r} is not base64.") from None
