"""Streamed responses: each part is produced inside the request's action, which ends with the last part."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eliot_progress.context import Action


def streamed(
    parts: Iterable[bytes] | AsyncIterable[bytes], action: Action
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Return the same parts, each produced inside `action`, which ends with the last one or on close."""
    if isinstance(parts, AsyncIterable):
        return _AsyncParts(aiter(parts), action)
    return _Parts(iter(parts), action)


class _Closing:
    """Django closes this when the response was sent, or the client has left."""

    _action: Action

    def close(self) -> None:
        """End the action unless the last part did: the client left, or requested only the headers."""
        self._action.add_success_fields(sent_whole=False)
        self._action.finish()


class _Parts(_Closing, Iterator[bytes]):
    def __init__(self, parts: Iterator[bytes], action: Action) -> None:
        self._parts, self._action = parts, action

    def __next__(self) -> bytes:
        try:
            with self._action.context():
                return next(self._parts)
        except StopIteration:
            self._action.finish()
            raise
        except BaseException as error:
            self._action.finish(error)
            raise


class _AsyncParts(_Closing, AsyncIterator[bytes]):
    def __init__(self, parts: AsyncIterator[bytes], action: Action) -> None:
        self._parts, self._action = parts, action

    async def __anext__(self) -> bytes:
        try:
            with self._action.context():
                return await anext(self._parts)
        except StopAsyncIteration:
            self._action.finish()
            raise
        except BaseException as error:
            self._action.finish(error)
            raise
