"""The sources of `eliot-progress watch`: a log file, an http(s) address of JSON lines, or a store."""

from __future__ import annotations

from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from eliot_progress.reading import MARK_BYTES, Tail, decode
from eliot_progress.state import Reducer, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from http.client import HTTPMessage, HTTPResponse

    ReadStates = Callable[[float], Sequence[TaskState]]

LOG_HINT = "Pass the file that install(log_path=...) writes."
#: Seconds that ended work stays on the screen.
_LINGER_S = 10.0
#: Bytes that one request reads from an address, and its timeout in seconds.
_MAX_RESPONSE_BYTES = 1 << 26
_TIMEOUT_S = 10
#: Bytes of a file that are read at once: the file may be larger than the memory.
_BLOCK_BYTES = 1 << 22


def source(location: str, headers: Mapping[str, str]) -> ReadStates:
    """Return a function that returns the running and just ended tasks at a time (seconds since 1970).

    `headers` are sent with each request to an http(s) address. Both raise OSError with a readable message
    when the source can't be read.
    """
    if location.startswith(("redis://", "rediss://", "unix://")):
        return _from_store(location)
    if location.startswith(("http://", "https://")):
        return _from_log(RemoteLog(location, headers).read_new)
    return _from_log(partial(_appended, Tail(existing_log(Path(location)))))


def existing_log(path: Path) -> Path:
    """Return `path` if there is a file. Raises OSError with a readable message otherwise."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. {LOG_HINT}")
    if not path.exists():
        raise FileNotFoundError(f"There is no log at {path}. {LOG_HINT}")
    return path


def _from_store(url: str) -> ReadStates:
    try:
        from eliot_progress.stores.redis import RedisError, RedisStore  # noqa: PLC0415 - only this source needs redis
    except ImportError:
        raise OSError("Reading a store needs redis: pip install 'eliot-progress[redis]'.") from None
    try:
        store = RedisStore(url)
    except ValueError as error:
        raise OSError(f"This is no address of a store: {error}. Write it as redis://host:6379/0.") from None

    def read_states(now: float) -> Sequence[TaskState]:  # noqa: ARG001 - a store lists no ended work
        try:
            return store.active()
        except RedisError as error:  # unlike the URL, it does not contain the password
            hint = "Check the address, and that the server is running."
            raise OSError(f"The store can't be read ({error}) {hint}") from None

    return read_states


def _appended(tail: Tail) -> Iterator[Mapping[str, object]]:
    yield from tail.read_new(_BLOCK_BYTES)
    while tail.bytes_read:
        yield from tail.read_new(_BLOCK_BYTES)


def _from_log(read_new: Callable[[], Iterable[Mapping[str, object]]]) -> ReadStates:
    reducer = Reducer()

    def read_states(now: float) -> list[TaskState]:
        for message in read_new():
            reducer.add(message)
        reducer.forget_ended(now - _LINGER_S)
        return list(reducer.states.values())

    return read_states


class _OwnHost(HTTPRedirectHandler):
    """Follows redirections within the host that was asked, and from http to https there."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        asked, target = urlsplit(req.full_url), urlsplit(newurl)
        is_encrypted = target.scheme == "https" and target.hostname == asked.hostname
        if target[:2] != asked[:2] and not is_encrypted:
            raise OSError(
                f"{req.full_url} redirects to {target.scheme}://{target.netloc}, which doesn't get your"
                " headers. Pass that address if it is right."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class RemoteLog:
    """The messages at an http(s) address. With a server that supports ranges, only what was appended is read.

    Other servers (such as a log explorer's export) send all messages each time. The headers go to the address
    alone: they may hold a session.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._open = build_opener(*([_OwnHost] if headers else [])).open
        self._offset = 0
        #: The last bytes before the offset: a file that has others there was replaced.
        self._before = b""

    def read_new(self) -> list[Mapping[str, object]]:
        """Request the new messages. Raises OSError with a readable message without a usable response."""
        first = self._offset - len(self._before)
        try:
            request = Request(self._url, headers={**self._headers, "Range": f"bytes={first}-"})  # noqa: S310 - http(s) only
            with self._open(request, timeout=_TIMEOUT_S) as response:
                return self._messages_in(response)
        except HTTPError as error:
            with error:
                if error.code == 416:  # the file is empty, or was replaced by a shorter one
                    return self._read_replaced() if self._offset else []
                raise OSError(f"{self._url} returned {error.code} {error.reason}.") from None
        except (URLError, HTTPException, TimeoutError, ConnectionError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise OSError(f"{self._url} can't be reached ({reason}). Check the address.") from None

    def _read_replaced(self) -> list[Mapping[str, object]]:
        self._offset, self._before = 0, b""
        return self.read_new()

    def _messages_in(self, response: HTTPResponse) -> list[Mapping[str, object]]:
        if "html" in response.headers.get("Content-Type", ""):
            raise OSError(
                f"{self._url} returned an HTML page, not JSON lines. "
                "If it requires a login, pass --header 'Cookie: sessionid=...'."
            )
        body = response.read(_MAX_RESPONSE_BYTES)
        if response.status == 206:
            if not body.startswith(self._before):
                return self._read_replaced()
            body = body[len(self._before) :]
        whole, _, torn = body.rpartition(b"\n")
        if response.status == 206:
            read = body[: len(body) - len(torn)]
            self._offset += len(read)
            self._before = (self._before + read)[-MARK_BYTES:]
        elif torn:
            whole += b"\n" + torn
        return [message for line in whole.split(b"\n") if (message := decode(line)) is not None]
