"""Pairing by device code (the shape of RFC 8628): the agent shows a code, a person approves it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput, LinkDown, NotDelivered
from camera_agent.home import is_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.home import Json
    from camera_agent.link.client import Answer, Client

PROTOCOL = 1
#: A server can't make an agent wait longer than this, seconds.
LONGEST_INTERVAL_S, LONGEST_CODE_S = 60.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a person needs to approve this camera; times in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    interval_s: float
    expires_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The token of an approved camera, and who it is on the server."""

    access_token: str
    camera: str
    name: str


def request_code(client: Client, about: Mapping[str, Json]) -> Code:
    """Ask the server for a code. LinkDown, or BadInput when that is no timelapse server."""
    answer = client.post("/pairing", {"protocol": PROTOCOL, **about})
    if answer.status == 429 or answer.status >= 500:
        raise LinkDown(f"{client.server} can't pair just now: {answer.error[1]}", "Try again in a minute.")
    if 300 <= answer.status < 400:
        raise BadInput(answer.error[1])
    fields = answer.body
    if answer.status != 201 or not isinstance(fields.get("device_code"), str):
        raise BadInput(_no_server(client, answer), "Check the address.")
    return Code(
        device_code=str(fields["device_code"]),
        user_code=_text(fields.get("user_code")),
        verification_uri=_text(fields.get("verification_uri")),
        verification_uri_complete=_text(fields.get("verification_uri_complete")),
        interval_s=_number(fields.get("interval"), 5.0, LONGEST_INTERVAL_S),
        expires_in_s=_number(fields.get("expires_in"), 900.0, LONGEST_CODE_S),
    )


def wait_for_approval(
    client: Client,
    code: Code,
    *,
    sleep: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Paired:
    """Ask every interval until a person has decided. NotDelivered when it was denied or took too long."""
    interval, deadline = code.interval_s, now() + code.expires_in_s
    while now() < deadline:
        try:
            answer = client.post("/token", {"protocol": PROTOCOL, "device_code": code.device_code})
        except LinkDown:
            sleep(interval)
            continue
        if answer.status == 200:
            return _paired(answer)
        interval += _slow_down(answer)
        sleep(max(interval, answer.retry_after_s or 0))
    raise NotDelivered(f"Nobody approved the code {code.user_code} in time.", "Pair again.")


def _slow_down(answer: Answer) -> float:
    """Seconds to add to the interval while the decision is open. NotDelivered when it has fallen."""
    match answer.body.get("error"):
        case "authorization_pending":
            return 0.0
        case "slow_down":
            return 5.0
        case "access_denied":
            raise NotDelivered("The pairing was denied on the server.", "Ask its owner, then pair again.")
        case "expired_token":
            raise NotDelivered("Nobody approved the code in time.", "Pair again.")
    if answer.status >= 500 or answer.status == 429:
        return 0.0
    raise NotDelivered(f"The server refused the pairing: {answer.error[1]}", "Pair again.")


def _paired(answer: Answer) -> Paired:
    fields = answer.body
    token = fields.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise NotDelivered("The server approved the camera but gave no token.", "Pair again.")
    return Paired(access_token=token, camera=_text(fields.get("camera")), name=_text(fields.get("name")))


def _text(value: Json) -> str:
    """What may be shown on a terminal."""
    return "".join(letter for letter in str(value or "") if letter.isprintable())[:500]


def _no_server(client: Client, answer: Answer) -> str:
    if isinstance(answer.body.get("error"), dict):
        return f"{client.server} refused to pair: {answer.error[1]}"
    return f"{client.server} is no timelapse server: it answered {answer.status} to a pairing request."


def _number(value: Json, otherwise: float, most: float) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return min(float(value), most) if usable else otherwise  # type: ignore[arg-type] # a number
