"""Run a decorated function inside a hold until it really ends, also if it is a coroutine or a generator."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

from asgiref.sync import sync_to_async

from fsmlock.errors import ConfigurationError

P = ParamSpec("P")
R = TypeVar("R")
#: Finds the objects of one call by its arguments, and returns the hold to enter: a HoldContext.
Enter: TypeAlias = Callable[..., Any]
# ruff: noqa: ANN401 - arguments and results are passed through unchanged


def decorated(function: Callable[P, R], enter: Enter) -> Callable[P, R | None]:
    """Hold while the function runs. If Skip is refused, it isn't called: the result is None, or no items."""
    wrap = _sync
    if inspect.iscoroutinefunction(function):
        wrap = _coroutine
    elif inspect.isgeneratorfunction(function):
        wrap = _generator
    elif inspect.isasyncgenfunction(function):
        wrap = _async_generator
    return cast("Callable[P, R | None]", functools.wraps(function)(wrap(function, enter)))


def _sync(function: Callable[..., Any], enter: Enter) -> Callable[..., Any]:
    def held_sync(*args: Any, **kwargs: Any) -> Any:
        with enter(*args, **kwargs) as held:
            result = function(*args, **kwargs) if held else None
            if inspect.iscoroutine(result) or inspect.isgenerator(result) or inspect.isasyncgen(result):
                raise _runs_later(function, result)
            return result

    return held_sync


def _runs_later(function: Callable[..., Any], result: Any) -> ConfigurationError:
    if not inspect.isasyncgen(result):
        result.close()
    name = getattr(function, "__qualname__", repr(function))
    return ConfigurationError(
        f"{name} returned a {type(result).__name__}, which would run after the release of the hold."
        " Put @hold directly above the function that does the work, below other decorators."
    )


def _coroutine(function: Callable[..., Any], enter: Enter) -> Callable[..., Any]:
    async def held_coroutine(*args: Any, **kwargs: Any) -> Any:
        async with await sync_to_async(enter)(*args, **kwargs) as held:
            return await function(*args, **kwargs) if held else None

    return held_coroutine


def _generator(function: Callable[..., Any], enter: Enter) -> Callable[..., Any]:
    def held_generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with enter(*args, **kwargs) as held:
            return (yield from function(*args, **kwargs)) if held else None

    return held_generator


def _async_generator(function: Callable[..., Any], enter: Enter) -> Callable[..., Any]:
    async def held_async_generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        async with await sync_to_async(enter)(*args, **kwargs) as held:
            if not held:
                return
            body = function(*args, **kwargs)
            resume = functools.partial(body.asend, None)
            while True:
                try:
                    item = await resume()
                except StopAsyncIteration:
                    return
                try:
                    resume = functools.partial(body.asend, (yield item))
                except GeneratorExit:
                    await body.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - the body decides what it means
                    resume = functools.partial(body.athrow, error)

    return held_async_generator
