"""httpx: each call is an action, and the called service continues below it."""

from __future__ import annotations

import httpx

from eliot_progress.http_calls import Trusted, start_call, trust_all


class CausalTransport(httpx.BaseTransport):
    """`httpx.Client(transport=CausalTransport())`.

    `trusted(host)` decides whether the causal id is sent to a host; by default it is sent to all.
    """

    def __init__(self, inner: httpx.BaseTransport | None = None, *, trusted: Trusted = trust_all) -> None:
        self._inner = inner or httpx.HTTPTransport()
        self._trusted = trusted

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request inside an action."""
        url = request.url
        with start_call(request.method, url.host, url.path, request.headers, self._trusted) as action:
            response = self._inner.handle_request(request)
            action.add_success_fields(status=response.status_code)
            return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class AsyncCausalTransport(httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient`."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport | None = None, *, trusted: Trusted = trust_all
    ) -> None:
        self._inner = inner or httpx.AsyncHTTPTransport()
        self._trusted = trusted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request inside an action."""
        url = request.url
        with start_call(request.method, url.host, url.path, request.headers, self._trusted) as action:
            response = await self._inner.handle_async_request(request)
            action.add_success_fields(status=response.status_code)
            return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()
