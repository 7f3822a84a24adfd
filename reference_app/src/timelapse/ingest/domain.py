"""What the edge to the cameras refuses, and with which words: values that become HTTP answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bytes that an upload may lie unfinished, and the picture files that quarantine keeps of one camera.
UPLOADS_LAST: Final = timedelta(hours=24)
QUARANTINE_KEEPS: Final = 50
#: Bytes that must stay free on the disk when an upload begins.
DISK_RESERVE: Final = 32_000_000
#: Seconds without a byte after which a link counts as dead: its lock must not outlive it for long.
IDLE_S: Final = 20.0
#: Longest JSON message, bytes.
MESSAGE_LIMIT: Final = 65_536

#: Longest message of records, bytes, and most records in it.
RECORDS_BYTES: Final = 262_144
RECORDS_AT_ONCE: Final = 500
#: Largest preview, bytes, and its longer side, pixels.
PREVIEW_BYTES: Final = 262_144
PREVIEW_SIDE: Final = 640

CHECKSUM_MISMATCH: Final = 460


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A request that is answered with a status, a reason and a remedy."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        remedy: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{message} {remedy}")
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.headers: dict[str, str] = dict(headers or {})


def malformed(message: str, *, code: str = "malformed") -> Refusal:
    """Refuse what does not follow the protocol."""
    return Refusal(400, code, message, "Read docs/reference/agent-protocol and correct the request.")


def later(status: int, code: str, message: str, *, seconds: int) -> Refusal:
    """Refuse for now: the same request will do when the trouble is over."""
    remedy = f"Keep the picture and send it again in {seconds} s or later."
    return Refusal(status, code, message, remedy, headers={"Retry-After": str(seconds)})


def storage_full() -> Refusal:
    """Refuse because nothing more can be stored."""
    return later(
        507, "storage_full", "The server's disk is full; nothing of the picture is lost.", seconds=60
    )


def rate_limited(what: str, *, seconds: int) -> Refusal:
    """Refuse because the camera sends more than it may, for now."""
    return later(429, "rate_limited", f"This camera may send {what}.", seconds=seconds)


def quota_exceeded(stored: int, quota: int, *, seconds: int) -> Refusal:
    """Refuse because the camera's frames take all the room that they may."""
    message = f"This camera's frames take {stored} bytes here; {quota} are allowed (stored_bytes)."
    return later(429, "quota_exceeded", message, seconds=seconds)


def busy(what: str, *, seconds: int = 2) -> Refusal:
    """Refuse because too many uploads are under way: they shall end before more begin."""
    return later(429, "busy", f"The server takes in {what} already.", seconds=seconds)


def preview_too_large(size: int) -> Refusal:
    """Refuse a preview that is none."""
    return Refusal(
        413,
        "too_large",
        f"The preview has {size} bytes; {PREVIEW_BYTES} at most may be.",
        "Make previews smaller, or send the picture as a frame.",
    )


def database_unavailable() -> Refusal:
    """Refuse because the database is locked or away."""
    return later(503, "database_unavailable", "The server's database is busy or away.", seconds=5)


def wrong_offset(offset: int) -> Refusal:
    """Refuse bytes that do not follow those that are here."""
    return Refusal(
        409,
        "wrong_offset",
        f"The upload is at byte {offset}.",
        "Send the bytes from there on.",
        headers={"Upload-Offset": str(offset)},
    )


def locked() -> Refusal:
    """Refuse a second writer of one upload."""
    return Refusal(
        423,
        "locked",
        "Another request is writing this upload.",
        "Let it end, ask for the offset by HEAD, and go on from there.",
        headers={"Retry-After": "1"},
    )


def no_such_upload(capture: str) -> Refusal:
    """Refuse to go on with what is not there (any more)."""
    return Refusal(
        404,
        "no_such_upload",
        f"No upload of capture {capture} is under way: never begun, ended, or unfinished for too long.",
        "Begin it with POST.",
    )


def too_large(size: int, limit: int) -> Refusal:
    """Refuse a picture over the limit, for good."""
    return Refusal(
        413,
        "too_large",
        f"The picture has {size} bytes; this server takes {limit} at most.",
        "Let the camera take smaller pictures, or have the server's limit (max_upload_bytes) raised.",
    )


def too_long(length: int) -> Refusal:
    """Refuse bytes past the announced end."""
    return Refusal(
        413,
        "too_long",
        f"More bytes came than the {length} that were announced; those of this request are dropped.",
        "Ask for the offset by HEAD, and send only what is left.",
    )


def checksum_mismatch(what: str) -> Refusal:
    """Refuse bytes that changed on their way."""
    return Refusal(
        CHECKSUM_MISMATCH,
        "checksum_mismatch",
        f"The checksum of {what} does not match; those bytes are dropped.",
        "Ask for the offset by HEAD, and send them again.",
    )
