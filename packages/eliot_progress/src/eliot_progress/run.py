"""`@run(...)`: every call of a function is an action with heartbeats, whatever kind of function it is."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from eliot_progress.heartbeat import heartbeat

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator

    from eliot_progress.progress import Progress

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Item = TypeVar("_Item")
_Sent = TypeVar("_Sent")


def run(
    action_type: str | None = None, *, every: float = 5.0, about: Callable[_P, str] | None = None
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Make each call an action that sends a heartbeat every `every` seconds and ends with the call.

    Coroutines and generators are followed to their real end, whereas eliot's `log_call` ends when they are
    created. A generator's action is current only while its body runs. `about` receives the call's arguments
    and names the object (`about=lambda pk: f"app.Movie:{pk}"`). `action_type` defaults to the function's
    qualified name. Raises TypeError without parentheses.
    """
    if callable(action_type):
        raise TypeError("Write @run() with parentheses, or with a name: @run('area:what').")

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        name = action_type or f"{function.__module__}:{function.__qualname__}"

        def work(*args: _P.args, **kwargs: _P.kwargs) -> Progress:
            return heartbeat(name, every=every, about=about(*args, **kwargs) if about is not None else "")

        return functools.wraps(function)(_wrapper(function, work))

    return decorate


def _wrapper(function: Callable[_P, _R], work: Callable[_P, Progress]) -> Callable[_P, _R]:
    if inspect.iscoroutinefunction(function):
        return cast("Callable[_P, _R]", _awaited(function, work))
    if inspect.isgeneratorfunction(function):
        return cast(
            "Callable[_P, _R]",
            lambda *args, **kwargs: _resumed(function(*args, **kwargs), work(*args, **kwargs)),
        )
    if inspect.isasyncgenfunction(function):
        return cast(
            "Callable[_P, _R]",
            lambda *args, **kwargs: _aresumed(function(*args, **kwargs), work(*args, **kwargs)),
        )

    def called(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with work(*args, **kwargs):
            return function(*args, **kwargs)

    return called


def _awaited(
    function: Callable[_P, Coroutine[object, object, _R]], work: Callable[_P, Progress]
) -> Callable[_P, Coroutine[object, object, _R]]:
    async def awaited(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with work(*args, **kwargs):
            return await function(*args, **kwargs)

    return awaited


def _resumed(body: Generator[_Item, _Sent, _R], work: Progress) -> Generator[_Item, _Sent, _R]:
    """Resume `body` step by step inside the action, and pass on everything that is sent or thrown in."""
    resume: Callable[[], _Item] = functools.partial(next, body)
    work.start()
    try:
        while True:
            with work.action.context():
                item = resume()
            try:
                sent = yield item
            except GeneratorExit:
                with work.action.context():
                    body.close()
                raise
            except BaseException as error:  # noqa: BLE001 - the body handles whatever is thrown in
                resume = functools.partial(body.throw, error)
            else:
                resume = functools.partial(body.send, sent)
    except StopIteration as end:
        work.finish()
        return cast("_R", end.value)
    except BaseException as error:
        work.finish(error)
        raise


async def _aresumed(body: AsyncGenerator[_Item, _Sent], work: Progress) -> AsyncGenerator[_Item, _Sent]:
    """Do the same as `_resumed` for an async generator."""
    resume: Callable[[], Coroutine[object, object, _Item]] = functools.partial(_anext, body)
    work.start()
    try:
        while True:
            with work.action.context():
                item = await resume()
            try:
                sent = yield item
            except GeneratorExit:
                with work.action.context():
                    await body.aclose()
                raise
            except BaseException as error:  # noqa: BLE001 - as above
                resume = functools.partial(body.athrow, error)
            else:
                resume = functools.partial(body.asend, sent)
    except StopAsyncIteration:
        work.finish()
    except BaseException as error:
        work.finish(error)
        raise


async def _anext(body: AsyncGenerator[_Item, _Sent]) -> _Item:
    return await anext(body)
