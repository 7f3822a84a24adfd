"""The upload of one capture: tus 1.0 with ids that the agent chooses.

On a good link it is one round trip: creation and content in one request. When an earlier attempt may have
left bytes on the server, its offset is queried first, and only the rest is sent. `interpret`, which does no
I/O, decides what a response means. Only an answer that proves to be the app's is final: after one of a proxy,
a firewall or a network's login page the capture is kept and sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from camera_agent.captures import Capture, upload_metadata
from camera_agent.remote.request_body import FilePart
from camera_agent.remote.response import UNSIGNED_INTEGER, Response

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.remote.client import Client

TUS = {"Tus-Resumable": "1.0.0"}
OFFSET_BODY = {"Content-Type": "application/offset+octet-stream"}
#: How often the content is sent anew when its sha-256 was wrong.
CHECKSUM_TRIES = 3
#: Temporary refusals: no such endpoint (yet), another request writes, too many requests, time-out.
TEMPORARY = (404, 405, 408, 410, 423, 425, 429)
#: The most requests in one attempt.
MAX_STEPS = 8


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server has it, now or from an earlier attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The server refuses it for good."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Its picture can't be read."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """To be tried again; `after_s` is what the server requests, in seconds, if it does.

    `about_capture`: the failure may be about this capture only, so others are to be tried. `from_app`: the
    app itself asks for it, so it is to wait even while the server can be reached. `unanswered`: nothing came
    back, so it is worth a try as soon as the server can be reached.
    """

    message: str
    after_s: float | None = None
    about_capture: bool = False
    from_app: bool = False
    unanswered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized:
    """The token is not valid, or no more: nothing can be sent until the camera is paired again."""

    message: str


@dataclass(frozen=True, slots=True)
class SendFrom:
    """The server has `offset` bytes and needs the rest."""

    offset: int


@dataclass(frozen=True, slots=True)
class Create:
    """Create the capture: with its content or, when the server may have it already, just for the response."""

    with_content: bool


@dataclass(frozen=True, slots=True)
class QueryOffset:
    """The server's state is unknown: query the offset."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The content arrived damaged and was dropped: send it from the beginning."""


Method = Literal["POST", "HEAD", "PATCH"]
Outcome = Delivered | Refused | Lost | RetryLater | Unauthorized
Step = Create | QueryOffset | SendFrom | Restart


def interpret(method: Method, response: Response, size: int) -> Outcome | Step:  # noqa: PLR0911 - one per row of the table
    """Decide what a response to an upload request means, for a capture of `size` bytes."""
    code, message = response.error
    match response.status:
        case 200 | 201 | 204:
            return _progress(method, response, size)
        case 404 | 410 if method != "POST":
            return Create(with_content=True)
        case 409:
            return QueryOffset()
        case status if 400 <= status < 500 and status not in TEMPORARY and method == "HEAD":
            # A response to HEAD has no body with the reason; the one to a repeated creation has.
            return Create(with_content=False)
        case 401 if response.is_from_app:
            return Unauthorized(message=f"The server does not accept this camera's token: {message}")
        case 460 if response.is_from_app:
            return Restart()
        case status if 400 <= status < 500 and status not in TEMPORARY and response.is_from_app:
            return Refused(code=code, message=message)
    after_s = response.retry_after_s
    about_capture = after_s is None and (response.status >= 500 or code == "not_the_server")
    return RetryLater(
        message=message, after_s=after_s, about_capture=about_capture, from_app=response.is_from_app
    )


def _progress(method: Method, response: Response, size: int) -> Outcome | Step:
    if response.headers.get("capture-status") in ("stored", "duplicate"):
        return Delivered()
    text = response.headers.get("upload-offset", "")
    if not UNSIGNED_INTEGER.fullmatch(text) or int(text) > size:
        return RetryLater(message=f"The server answered {response.status} without a usable Upload-Offset.")
    if int(text) < size:
        return SendFrom(int(text))
    # All bytes are there; only the response to a creation says whether they are stored.
    return Create(with_content=False) if method == "HEAD" else Delivered()


def upload(client: Client, capture: Capture, path: Path) -> Outcome:
    """Upload one capture. LinkDown when the link breaks; calling it again resumes."""
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
    return RetryLater(message="The server's offset keeps changing.")


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
