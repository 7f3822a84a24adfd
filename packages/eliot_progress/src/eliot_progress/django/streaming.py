"""Streamed answers: each part is made inside the request's action, which ends with the last one."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eliot_progress.context import Action


def streamed(
    parts: Iterable[bytes] | AsyncIterable[bytes], action: Action
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The same parts, each made inside `action`, which ends with the last one or when all is closed."""
    if isinstance(parts, AsyncIterable):
        return _AsyncParts(aiter(parts), action)
    return _Parts(iter(parts), action)


class _Closing:
    """What Django closes when the answer was sent, or the client has gone."""

    _action: Action

    def close(self) -> None:
        """End the action, if the last part did not: the client left, or asked for the head alone."""
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
