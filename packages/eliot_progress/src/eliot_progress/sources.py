"""Where `eliot-progress watch` looks: a log file, an http(s) address of JSON lines, or a store."""

from __future__ import annotations

from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from eliot_progress.reading import Tail, decode
from eliot_progress.state import Reducer, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from http.client import HTTPResponse

    Look = Callable[[float], Sequence[TaskState]]

GIVE_A_LOG = "Give the file that install(log_path=...) writes."
#: Seconds for which ended work stays on the screen.
_LINGER_S = 10.0
#: Bytes that one look takes from an address, and seconds that it waits for them.
_MOST = 1 << 26
_TIMEOUT_S = 10
#: Bytes of a file that are read at once: it may be larger than the memory.
_PART = 1 << 22


def source(where: str, headers: Mapping[str, str]) -> Look:
    """A function that gives what is going on at a time (seconds since 1970), and what just ended.

    `headers` go with each request to an http(s) address. Both raise OSError, with a sentence, when there is
    nothing to be read.
    """
    if where.startswith(("redis://", "rediss://", "unix://")):
        return _from_store(where)
    if where.startswith(("http://", "https://")):
        return _from_log(Remote(where, headers).new)
    return _from_log(partial(_appended, Tail(log_at(Path(where)))))


def log_at(path: Path) -> Path:
    """`path`, where there is a file. Raises OSError with a sentence when there is none."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. {GIVE_A_LOG}")
    if not path.exists():
        raise FileNotFoundError(f"There is no log at {path}. {GIVE_A_LOG}")
    return path


def _from_store(url: str) -> Look:
    try:
        from eliot_progress.stores.redis import RedisError, RedisStore  # noqa: PLC0415 - only this source needs redis
    except ImportError:
        raise OSError("A store is read by redis: pip install 'eliot-progress[redis]'.") from None
    store = RedisStore(url)

    def look(now: float) -> Sequence[TaskState]:  # noqa: ARG001 - a store has no ended work to let linger
        try:
            return store.active()
        except RedisError as error:  # it names the server, and not the password as the URL does
            raise OSError(f"The store can't be read ({error}) Is the address right, the server up?") from None

    return look


def _appended(tail: Tail) -> Iterator[Mapping[str, object]]:
    yield from tail.new(_PART)
    while tail.found:
        yield from tail.new(_PART)


def _from_log(new: Callable[[], Iterable[Mapping[str, object]]]) -> Look:
    reducer = Reducer()

    def look(now: float) -> list[TaskState]:
        for message in new():
            reducer.add(message)
        return [s for s in reducer.states.values() if s.outcome is None or now - s.beat_at < _LINGER_S]

    return look


class Remote:
    """The messages at an http(s) address: what was appended since the last look, if the server tells parts.

    From other servers (an explorer's export) all messages come each time.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._at = 0

    def new(self) -> list[Mapping[str, object]]:
        """Ask. Raises OSError with a sentence when there is no answer, or one that is no log."""
        request = Request(self._url, headers={**self._headers, "Range": f"bytes={self._at}-"})  # noqa: S310 - http(s) alone
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - as above
                return self._taken(response)
        except HTTPError as error:
            with error:
                if error.code == 416:  # nothing was appended, or the file has begun anew
                    size = error.headers.get("Content-Range", "").rpartition("/")[2]
                    self._at = 0 if size.isdigit() and int(size) < self._at else self._at
                    return []
                raise OSError(f"{self._url} answers {error.code} {error.reason}.") from None
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", None) or error
            raise OSError(f"{self._url} can't be reached ({reason}). Is the address right?") from None

    def _taken(self, response: HTTPResponse) -> list[Mapping[str, object]]:
        if "html" in response.headers.get("Content-Type", ""):
            raise OSError(
                f"{self._url} answers with a page, not with JSON lines. "
                "Where one has to sign in, give --header 'Cookie: sessionid=...'."
            )
        whole, _, torn = response.read(_MOST).rpartition(b"\n")
        if response.status == 206:
            self._at += len(whole) + bool(whole)
        elif torn:
            whole += b"\n" + torn
        return [message for line in whole.split(b"\n") if (message := decode(line)) is not None]
