"""A response, and whether it is the app's own: proxies and portals answer in the app's place."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from camera_agent.protocol.values import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.home import Json

API_PREFIX: Final = "/agent/v1"
#: A Retry-After is not respected beyond this, seconds: the app's, and that of anything before it.
MAX_RETRY_AFTER_S: Final = 86_400.0
MAX_PROXY_RETRY_AFTER_S: Final = 300.0
#: Characters of an error's code and message: they are stored with each capture, and shown on terminals.
MAX_CODE: Final = 80
MAX_MESSAGE: Final = 500
UNSIGNED_INTEGER: Final = re.compile(r"[0-9]{1,15}")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,79}")
#: What helps when something before the server gives this status.
_REMEDIES: Final[Mapping[int, str]] = {
    403: "Allow this camera to reach the server in the proxy or firewall.",
    407: "Let this camera through the proxy without a login, or use another network.",
    413: "Raise the limit of the proxy for the size of a request: client_max_body_size in nginx.",
}
_REMEDY: Final = "Check whether this network asks for a login, and its proxy and firewall."


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response: status, headers (names in lower case), JSON body (empty when it is none).

    `server` is the address that the request was sent to.
    """

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Json]
    server: str = ""

    @property
    def is_from_app(self) -> bool:
        """Whether the response proves that the app wrote it, and not something between it and the camera."""
        error = self.body.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        has_code = isinstance(code, str) and _CODE.fullmatch(code) is not None
        return has_code or "tus-resumable" in self.headers or "protocol" in self.body

    @property
    def retry_after_s(self) -> float | None:
        """Seconds to wait that the response requests, if it does; minutes at most unless it is the app's."""
        most = MAX_RETRY_AFTER_S if self.is_from_app else MAX_PROXY_RETRY_AFTER_S
        value = self.headers.get("retry-after", "")
        if UNSIGNED_INTEGER.fullmatch(value):
            return min(float(value), most)
        try:
            moment = parsedate_to_datetime(value).timestamp()
        except (ValueError, OverflowError):
            return None
        return min(max(0.0, moment - time.time()), most)

    @property
    def error(self) -> tuple[str, str]:
        """Code and message of an error response, short and printable whatever the server has sent."""
        code, message = self._error()
        return printable(code, MAX_CODE), printable(message, MAX_MESSAGE)

    def _error(self) -> tuple[str, str]:
        error = self.body.get("error")
        if isinstance(error, dict):
            message = f"{error.get('message', '')} {error.get('remedy', '')}".strip()
            return str(error.get("code", "")), message
        if 300 <= self.status < 400:
            return "redirected", self._redirection()
        if 200 <= self.status < 300:
            return "not_the_server", f"Something before the server answered in its place. {_REMEDY}"
        if self.is_from_app or error or self.status >= 500:
            return str(error or f"http_{self.status}"), f"The server answered {self.status}."
        remedy = _REMEDIES.get(self.status, _REMEDY)
        return "not_the_server", f"Something before the server answered {self.status}. {remedy}"

    def _redirection(self) -> str:
        target = self.headers.get("location", "another address")[:200]
        base, prefix, _ = target.partition(API_PREFIX)
        if prefix and (host := _host(target)) is not None and host == _host(self.server):
            return f"The server redirects to {base}. Pair with that address: camera-agent pair {base}"
        return (
            f"The way to the server is redirected to {_host(target) or target}."
            " Log in if this network asks for it; if the server has moved, ask who runs it for its address."
        )


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
