"""Hold a lock on an object for as long as a block of code runs."""

from __future__ import annotations

import functools
import inspect
import itertools
import os
import socket
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from asgiref.sync import sync_to_async
from django.db import DatabaseError, models

from fsmlock import conf
from fsmlock.acquisition import acquire, acquire_async
from fsmlock.active_hold import ActiveHold
from fsmlock.ancestors import RowGoneError, lock_requests
from fsmlock.decorated import decorated
from fsmlock.errors import ConfigurationError, FsmlockError, HoldRefused
from fsmlock.inspection import alias_of, gone_reason
from fsmlock.policies import Fail, Policy, Preempt, RetryLater, Skip, Wait
from fsmlock.reasons import storable
from fsmlock.rules import YEAR_US, Claim

if TYPE_CHECKING:
    from types import TracebackType

    from fsmlock.rules import LockRequest

P = ParamSpec("P")
R = TypeVar("R")
Objects: TypeAlias = models.Model | Sequence[models.Model]
#: Objects, or for a decorator: the name of the parameter that they are passed in, or a function of the
#: arguments.
Target: TypeAlias = Objects | str | Callable[..., Objects]
_POLICIES = (Fail, Skip, Wait, RetryLater, Preempt)
_SHORTEST_LEASE = timedelta(milliseconds=100)
_LONGEST_LEASE = timedelta(microseconds=YEAR_US)
_claim_numbers = itertools.count()


class OuterHold(Protocol):
    """A hold that another one may be nested in: an active hold, or the hold of an object's state."""

    @property
    def claim(self) -> Claim:
        """The claim of the outer hold."""
        ...


class HoldContext:
    """The result of :func:`hold`: use it as ``with``, as ``async with`` or as a decorator."""

    def __init__(
        self,
        target: Target,
        locks: Sequence[str],
        *,
        policy: Policy,
        lease: timedelta,
        why: str,
        holder: str,
        within: OuterHold | None,
    ) -> None:
        self._target = target
        self._locks = locks
        self._policy = policy
        self._lease = lease
        self._why = why
        self._holder = holder
        self._within = within
        self._entered: list[ActiveHold] = []
        self._objects = (
            self._resolve(target) if not isinstance(target, str) and not callable(target) else None
        )

    def _resolve(self, target: object) -> list[models.Model]:
        if isinstance(target, models.Model):
            return [target]
        objects = list(target) if isinstance(target, Sequence) else [target]
        if not objects:
            raise ConfigurationError("hold() got no object. Pass at least one.")
        for each in objects:
            if not isinstance(each, models.Model):
                raise ConfigurationError(
                    f"hold() takes saved objects, not {each!r}. Read it from the database first."
                )
        return cast("list[models.Model]", objects)

    def _new(self, objects: Sequence[models.Model]) -> tuple[ActiveHold, str]:
        aliases = {alias_of(each) for each in objects}
        if len(aliases) > 1:
            raise ConfigurationError(
                f"These objects live in {sorted(aliases)}: one hold can't span two databases."
            )
        within = self._within.claim.nested_in | {self._within.claim.id} if self._within else frozenset()
        claim = Claim(
            id=_new_id(),
            requests=self._requests(objects),
            lease_us=int(self._lease.total_seconds() * 1_000_000),
            holder=storable(self._holder, at_most=200),
            why=storable(self._why),
            nested_in=within,
        )
        (alias,) = aliases
        return ActiveHold(claim, using=alias), alias

    def _requests(self, objects: Sequence[models.Model]) -> tuple[LockRequest, ...]:
        try:
            return lock_requests(objects, self._locks)
        except RowGoneError as gone:
            raise HoldRefused([gone_reason(gone.resource)]) from gone

    def acquire(self) -> ActiveHold:
        """Acquire the hold without a block; call ``release()`` on it yourself. Raises HoldRefused."""
        if self._objects is None:
            raise ConfigurationError(
                "hold() with a parameter name or a function is a decorator. Pass an object to use `with`."
            )
        held, using = self._new(self._objects)
        return acquire(held, self._policy, using)

    def __enter__(self) -> ActiveHold:
        self._entered.append(self.acquire())
        self._entered[-1].entered()
        return self._entered[-1]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _exit(self._entered.pop(), broken=kind is not None)

    async def __aenter__(self) -> ActiveHold:
        if self._objects is None:
            raise ConfigurationError(
                "hold() with a parameter name or a function is a decorator. Pass an object to use `with`."
            )
        held, using = await sync_to_async(self._new)(self._objects)
        self._entered.append(await acquire_async(held, self._policy, using))
        held.entered()
        return self._entered[-1]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await sync_to_async(_exit)(self._entered.pop(), broken=kind is not None)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R | None]:
        """Decorate a function: hold while it runs, a generator until its last item.

        If Skip is refused, it isn't called and returns None, or no items. Raises ConfigurationError for a
        class.
        """
        if inspect.isclass(function):
            raise ConfigurationError(
                f"hold() can't decorate the class {function.__name__}. Decorate the method that works on it."
            )
        resolve = self._resolver(function)
        return decorated(function, lambda *args, **kwargs: self._for(resolve(*args, **kwargs)))

    def _for(self, objects: Objects) -> HoldContext:
        return HoldContext(
            objects,
            self._locks,
            policy=self._policy,
            lease=self._lease,
            why=self._why,
            holder=self._holder,
            within=self._within,
        )

    def _resolver(self, function: Callable[..., object]) -> Callable[..., Objects]:
        target = self._target
        if not isinstance(target, str):
            return target if callable(target) else lambda *_args, **_kwargs: target
        signature = inspect.signature(function)
        if target not in signature.parameters:
            raise ConfigurationError(
                f"{function.__qualname__} has no parameter {target!r} to hold."
                f" Name one of: {', '.join(signature.parameters)}."
            )

        def resolve(*args: object, **kwargs: object) -> Objects:
            call = signature.bind(*args, **kwargs)
            call.apply_defaults()
            return cast("Objects", call.arguments[target])

        return resolve


def _exit(held: ActiveHold, *, broken: bool) -> None:
    if broken and held.connection.needs_rollback and held.in_transaction:
        # The transaction that took the hold is broken: its rows go with the rollback.
        held.detach()
        return
    try:
        held.release()
    except (FsmlockError, DatabaseError):
        if not broken:
            raise


def hold(
    target: Target,
    *locks: str,
    policy: Policy | None = None,
    lease: timedelta | None = None,
    why: str = "",
    holder: str | None = None,
    within: OuterHold | None = None,
) -> HoldContext:
    """Hold locks on one object or on several at once. Either all are granted in one step, or none.

    Use it as ``with hold(timelapse, "render", why="Movie 7") as held:``, as ``async with``, or as a
    decorator: ``@hold("timelapse", "render")`` names the parameter that the object is passed in.

    ``policy`` says what to do when another holder has the lock (default: Fail). ``lease`` is how long the
    hold outlives a holder that died. ``holder`` names the holder. ``within`` is an outer hold of yours
    that this one may coexist with (re-entry is always explicit).

    Entering raises HoldRefused with the reasons, or StoreUnavailable when the store of the holds is away
    (RetryLater retries then, too). It raises ConfigurationError for an unknown lock, an unsaved
    object, a lease that is too short or too long, or a policy of the wrong type.
    """
    policy = Fail() if policy is None else policy
    lease = conf.get().LEASE if lease is None else lease
    if type(policy) not in _POLICIES:
        names = ", ".join(f"{p.__name__}()" for p in _POLICIES)
        raise ConfigurationError(f"{policy!r} is not a policy. Use one of {names}.")
    if lease < _SHORTEST_LEASE:
        raise ConfigurationError(
            "A lease must be at least 0.1 s: it is how long the hold outlives a dead holder."
        )
    if lease > _LONGEST_LEASE:
        raise ConfigurationError(
            "A lease must be at most a year: it is how long the hold outlives a dead holder. To keep a lock"
            " without a process, let a state hold it: transition(holds=...)."
        )
    if not locks:
        raise ConfigurationError("hold() got no lock. Name one that the model declares.")
    return HoldContext(
        target, locks, policy=policy, lease=lease, why=why, holder=holder or _this_holder(), within=within
    )


@functools.cache
def _host() -> str:
    return socket.gethostname()


def _new_id() -> str:
    return f"{_process_id()}{next(_claim_numbers):012x}"


@functools.cache
def _process_id() -> str:
    return uuid.uuid4().hex[:20]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process_id.cache_clear)


def _this_holder() -> str:
    thread = threading.current_thread()
    name = "" if thread is threading.main_thread() else f"/{thread.name}"
    return f"{_host()}:{os.getpid()}{name}"
