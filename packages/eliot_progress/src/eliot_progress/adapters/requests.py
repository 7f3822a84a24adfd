"""requests: each call is an action, and the called service continues below it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter

from eliot_progress.http_calls import Trusted, start_call, trust_all

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from requests import PreparedRequest, Response, Session


class CausalAdapter(HTTPAdapter):
    """`session.mount("https://", CausalAdapter())`, or `causal(session)` for all its calls."""

    def __init__(self, *, trusted: Trusted = trust_all) -> None:
        super().__init__()
        self._trusted = trusted

    def send(self, request: PreparedRequest, *options: object, **more: object) -> Response:
        """Send the request inside an action."""
        url = urlsplit(request.url or "")
        headers: MutableMapping[str, str] = request.headers  # type: ignore[assignment] # bytes are ignored
        with start_call(request.method or "", url.hostname or "", url.path, headers, self._trusted) as action:
            response = super().send(request, *options, **more)  # type: ignore[arg-type] # requests' own
            action.add_success_fields(status=response.status_code)
            return response


def causal(session: Session, *, trusted: Trusted = trust_all) -> Session:
    """Make each call of the session an action, and return the session. `trusted` is as in CausalTransport."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, CausalAdapter(trusted=trusted))
    return session
