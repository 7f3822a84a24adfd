"""Bringing one capture to the server: tus 1.0 with ids that the agent chooses.

On a good link it is one round trip: creation and content in one request. Whenever an earlier attempt may have
left bytes there, the server is asked first how many it has, and only the rest is sent. What an answer means
is decided by `judge`, which is pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from camera_agent.frame import Capture, upload_metadata
from camera_agent.link.client import UNSIGNED_INTEGER, Client, Response
from camera_agent.link.request_body import FilePart

if TYPE_CHECKING:
    from pathlib import Path

TUS = {"Tus-Resumable": "1.0.0"}
OFFSET_BODY = {"Content-Type": "application/offset+octet-stream"}
#: How often the server may ask for the content anew because its sha-256 came out wrong.
CHECKSUM_TRIES = 3
#: Refusals that pass: no such door (yet), another request writes, too many requests, time-out.
TEMPORARY = (404, 405, 408, 410, 423, 425, 429)
#: Offsets may move this often in one attempt before the link counts as down.
MAX_STEPS = 8


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server has it, now or since earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The server will never take it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Its picture can't be read any more."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """Not now; `after_s` is the server's wish in seconds, if it has one.

    `stumbled`: it failed over this capture, and may well take others.
    """

    message: str
    after_s: float | None = None
    server_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized:
    """The token is not, or no longer, good: nothing can be sent until the camera is paired again."""

    message: str


@dataclass(frozen=True, slots=True)
class SendFrom:
    """The server has this many bytes and wants the rest."""

    offset: int


@dataclass(frozen=True, slots=True)
class Create:
    """Create the capture: with its content or, when the server may have that already, just to hear."""

    with_content: bool


@dataclass(frozen=True, slots=True)
class QueryOffset:
    """The server's state is in doubt: ask for the offset."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The content arrived damaged and was dropped."""


Method = Literal["POST", "HEAD", "PATCH"]
Outcome = Delivered | Refused | Lost | RetryLater | Unauthorized
Step = Create | QueryOffset | SendFrom | Restart


def interpret(method: Method, response: Response, size: int) -> Outcome | Step:  # noqa: PLR0911 - one per row of the table
    """What an answer to an upload request of a capture of `size` bytes means."""
    code, message = response.error
    match response.status:
        case 200 | 201 | 204:
            return _progress(method, response, size)
        case 401:
            return Unauthorized(message=message)
        case 404 | 410 if method != "POST":
            return Create(with_content=True)
        case 409:
            return QueryOffset()
        case 460:
            return Restart()
        case status if 400 <= status < 500 and status not in TEMPORARY:
            # A HEAD has no body to say why: the repeated creation tells.
            return Create(with_content=False) if method == "HEAD" else Refused(code=code, message=message)
    server_failed = response.status >= 500 and response.retry_after_s is None
    return RetryLater(message=message, after_s=response.retry_after_s, server_failed=server_failed)


def _progress(method: Method, response: Response, size: int) -> Outcome | Step:
    if response.headers.get("capture-status") in ("stored", "duplicate"):
        return Delivered()
    text = response.headers.get("upload-offset", "")
    if not UNSIGNED_INTEGER.fullmatch(text) or int(text) > size:
        return RetryLater(message=f"The server answered {response.status} without a usable Upload-Offset.")
    if int(text) < size:
        return SendFrom(int(text))
    # All bytes are there; whether they are stored is told by the answer to a creation, not by a HEAD.
    return Create(with_content=False) if method == "HEAD" else Delivered()


def upload(client: Client, capture: Capture, path: Path) -> Outcome:
    """Send one capture as far as the link goes. LinkDown when it breaks; calling again then resumes."""
    step: Outcome | Step = Create(with_content=True) if capture.attempts == 0 else QueryOffset()
    damaged = 0
    for _ in range(MAX_STEPS):
        match step:
            case Create(with_content):
                body = FilePart(path=path, offset=0, size=capture.size) if with_content else None
                step = interpret("POST", _create(client, capture, body), capture.size)
            case QueryOffset():
                step = interpret("HEAD", client.send("HEAD", _path(capture), TUS), capture.size)
            case SendFrom(offset):
                step = interpret("PATCH", _append(client, capture, path, offset), capture.size)
            case Restart():
                damaged += 1
                if damaged >= CHECKSUM_TRIES:
                    return Refused(code="checksum_mismatch", message=f"It arrived damaged {damaged} times.")
                step = Create(with_content=True)
            case _:
                return step
    return RetryLater(message="The server's offset moves without an end.")


def _create(client: Client, capture: Capture, body: FilePart | None) -> Response:
    headers = {**TUS, "Upload-Length": str(capture.size), "Upload-Metadata": upload_metadata(capture)}
    return client.send("POST", "/captures", {**headers, **OFFSET_BODY} if body else headers, body)


def _append(client: Client, capture: Capture, path: Path, offset: int) -> Response:
    headers = {**TUS, **OFFSET_BODY, "Upload-Offset": str(offset)}
    return client.send(
        "PATCH", _path(capture), headers, FilePart(path=path, offset=offset, size=capture.size)
    )


def _path(capture: Capture) -> str:
    return f"/captures/{capture.capture}"
