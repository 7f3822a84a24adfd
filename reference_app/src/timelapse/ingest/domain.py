"""Limits of the agent protocol, and the refusals that become HTTP answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How long an upload may stay unfinished, and how many files of a camera the quarantine keeps.
UPLOAD_LIFETIME: Final = timedelta(hours=24)
QUARANTINE_KEEPS: Final = 50
#: Bytes that must stay free on the disk when an upload begins.
DISK_RESERVE: Final = 32_000_000
#: Seconds without a byte after which a connection counts as dead and its lock is released.
IDLE_S: Final = 20.0
#: Largest preview, bytes, and its longer side, pixels.
PREVIEW_BYTES: Final = 262_144
PREVIEW_SIDE: Final = 640

CHECKSUM_MISMATCH: Final = 460


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A refused request: status, code, message and remedy of the answer."""

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
    """Return the refusal of a request that violates the protocol."""
    return Refusal(400, code, message, "Read docs/reference/agent-protocol and correct the request.")


def retry_later(status: int, code: str, message: str, *, seconds: int) -> Refusal:
    """Return a temporary refusal: the same request will succeed later."""
    remedy = f"Keep the picture and send it again in {seconds} s or later."
    return Refusal(status, code, message, remedy, headers={"Retry-After": str(seconds)})


def storage_full() -> Refusal:
    """Return the refusal for a full disk."""
    return retry_later(
        507, "storage_full", "The server's disk is full; nothing of the picture is lost.", seconds=60
    )


def rate_limited(what: str, *, seconds: int) -> Refusal:
    """Return the refusal for a camera that exceeds a rate limit."""
    return retry_later(429, "rate_limited", f"This camera may send {what}.", seconds=seconds)


def quota_exceeded(stored: int, quota: int, *, seconds: int) -> Refusal:
    """Return the refusal for a camera that exceeds its storage quota."""
    message = f"This camera's frames take {stored} bytes here; {quota} are allowed (stored_bytes)."
    return retry_later(429, "quota_exceeded", message, seconds=seconds)


def busy(what: str, *, seconds: int = 2) -> Refusal:
    """Return the refusal for too many concurrent uploads."""
    return retry_later(429, "busy", f"The server is receiving {what} already.", seconds=seconds)


def preview_too_large(size: int) -> Refusal:
    """Return the refusal of a preview that is too large."""
    return Refusal(
        413,
        "too_large",
        f"The preview has {size} bytes; at most {PREVIEW_BYTES} are allowed.",
        "Make previews smaller, or send the picture as a frame.",
    )


def database_unavailable() -> Refusal:
    """Return the refusal for a database that is locked or unavailable."""
    return retry_later(
        503, "database_unavailable", "The server's database is busy or unavailable.", seconds=5
    )


def wrong_offset(offset: int) -> Refusal:
    """Return the refusal of bytes at a wrong offset."""
    return Refusal(
        409,
        "wrong_offset",
        f"The upload is at byte {offset}.",
        "Send the bytes from that offset on.",
        headers={"Upload-Offset": str(offset)},
    )


def locked() -> Refusal:
    """Return the refusal of a second writer of one upload."""
    return Refusal(
        423,
        "locked",
        "Another request is writing this upload.",
        "Wait until it ends, get the offset by HEAD, and continue from there.",
        headers={"Retry-After": "1"},
    )


def no_such_upload(capture: str) -> Refusal:
    """Return the refusal to continue an upload that doesn't exist (any more)."""
    return Refusal(
        404,
        "no_such_upload",
        f"No upload of capture {capture} is in progress: it was never begun, has ended, or has expired.",
        "Begin it with POST.",
    )


def too_large(size: int, limit: int) -> Refusal:
    """Return the final refusal of a picture over the size limit."""
    return Refusal(
        413,
        "too_large",
        f"The picture has {size} bytes; this server accepts at most {limit}.",
        "Take smaller pictures, or raise the server's limit (max_upload_bytes).",
    )


def too_long(length: int) -> Refusal:
    """Return the refusal of bytes past the announced length."""
    return Refusal(
        413,
        "too_long",
        f"More bytes arrived than the {length} that were announced; those of this request are dropped.",
        "Get the offset by HEAD, and send only the rest.",
    )


def checksum_mismatch(what: str) -> Refusal:
    """Return the refusal of bytes whose checksum is wrong."""
    return Refusal(
        CHECKSUM_MISMATCH,
        "checksum_mismatch",
        f"The checksum of {what} does not match; those bytes are dropped.",
        "Get the offset by HEAD, and send them again.",
    )
