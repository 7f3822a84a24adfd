"""Pairing by device code (after RFC 8628): the agent shows a code, and a person approves it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput, LinkDown, NotDelivered
from camera_agent.home import is_token
from camera_agent.protocol import PROTOCOL
from camera_agent.protocol.values import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.home import Json
    from camera_agent.remote.client import Client
    from camera_agent.remote.response import Response

#: The shortest and the longest interval, and the longest lifetime of a code, that a server can set, seconds.
SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S, LONGEST_CODE_S = 1.0, 60.0, 86_400.0
#: Characters of the texts that are shown.
MAX_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """What a person needs to approve this camera. Times are in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    interval_s: float
    expires_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCamera:
    """The token of an approved camera, with its id and name on the server."""

    access_token: str
    camera: str
    name: str


def request_code(client: Client, about: Mapping[str, Json]) -> DeviceCode:
    """Request a code. LinkDown when the server can't be reached, BadInput when it is no timelapse server."""
    response = client.post("/pairing", {"protocol": PROTOCOL, **about})
    if response.status == 429 or response.status >= 500:
        raise LinkDown(f"{client.server} can't pair just now: {response.error[1]}", "Try again in a minute.")
    if 300 <= response.status < 400 or response.status in (403, 407):
        raise BadInput(response.error[1])
    fields = response.body
    if response.status != 201 or not isinstance(fields.get("device_code"), str):
        raise BadInput(_not_a_server(client, response), "Check the address.")
    return DeviceCode(
        device_code=str(fields["device_code"]),
        user_code=_printable(fields.get("user_code")),
        verification_uri=_printable(fields.get("verification_uri")),
        verification_uri_complete=_printable(fields.get("verification_uri_complete")),
        interval_s=max(SHORTEST_INTERVAL_S, _number(fields.get("interval"), 5.0, LONGEST_INTERVAL_S)),
        expires_in_s=_number(fields.get("expires_in"), 900.0, LONGEST_CODE_S),
    )


def wait_for_approval(
    client: Client,
    code: DeviceCode,
    *,
    sleep: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> PairedCamera:
    """Poll until a person has decided. NotDelivered when they denied it or took too long."""
    interval, deadline = code.interval_s, now() + code.expires_in_s
    while now() < deadline:
        try:
            response = client.post("/token", {"protocol": PROTOCOL, "device_code": code.device_code})
        except LinkDown:
            sleep(interval)
            continue
        if response.status == 200 and ("access_token" in response.body or response.is_from_app):
            return _paired(response)
        interval += _slow_down(response)
        sleep(max(interval, response.retry_after_s or 0))
    raise NotDelivered(f"Nobody approved the code {code.user_code} in time.", "Pair again.")


def _slow_down(response: Response) -> float:
    """Return the seconds to add to the interval. NotDelivered when pairing was denied."""
    match response.body.get("error"):
        case "authorization_pending":
            return 0.0
        case "slow_down":
            return 5.0
        case "access_denied":
            raise NotDelivered("The pairing was denied on the server.", "Ask its owner, then pair again.")
        case "expired_token":
            raise NotDelivered("Nobody approved the code in time.", "Pair again.")
    if response.status >= 500 or response.status == 429 or not response.is_from_app:
        return 0.0  # the code is still good: the server is busy, or a proxy or portal is in between
    raise NotDelivered(f"The server refused the pairing: {response.error[1]}", "Pair again.")


def _paired(response: Response) -> PairedCamera:
    fields = response.body
    token = fields.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise NotDelivered("The server approved the camera but sent no token.", "Pair again.")
    return PairedCamera(
        access_token=token, camera=_printable(fields.get("camera")), name=_printable(fields.get("name"))
    )


def _printable(value: Json) -> str:
    """Return the text without what must not reach a terminal."""
    return printable(str(value or ""), MAX_TEXT)


def _not_a_server(client: Client, response: Response) -> str:
    if isinstance(response.body.get("error"), dict):
        return f"{client.server} refused to pair: {response.error[1]}"
    return f"{client.server} is no timelapse server: it answered {response.status} to a pairing request."


def _number(value: Json, default: float, maximum: float) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return float(min(value, maximum)) if usable else default  # type: ignore[arg-type,type-var] # a number
