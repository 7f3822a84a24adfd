"""The declaration of long work: its items, and what to do with each of them."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, router, transaction

from fsmlock.errors import ConfigurationError, FsmlockError
from fsmlock.locks import resource
from fsmlock.models import ItemError, Run
from fsmlock.policies import Fail, Policy
from fsmlock.reasons import did_you_mean, storable
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db import models

    from fsmlock.iteration.sources import Items

_log = logging.getLogger("fsmlock")
#: See ``Iteration.unique``.
Unique: TypeAlias = Literal["unfinished", "ever", "no"]
#: How often a run is tried to be enqueued while others enqueue the same.
_RACES = 5
#: The most items that are retried by their names.
_MOST_RETRIED = 1000
_EXAMPLE = """
class SendNewsletter(Iteration):
    def items(self):
        return Subscriber.objects.filter(active=True)

    def each(self, subscriber):
        send_mail(...)
"""


class Iteration:
    """Subclass it, define ``items()`` and ``each(item)`` or ``each_batch(items)``, then ``enqueue()`` it.

    The arguments of ``__init__`` are stored with the run as JSON, and passed again each time it resumes.
    """

    #: One commit for the effect of an item (or batch) and the cursor: no item is ever repeated.
    transactional: ClassVar[bool] = False
    #: The number of items in a batch for ``each_batch``.
    batch_size: ClassVar[int] = 100
    #: After this time the run is interrupted and queued again behind others; None: no limit.
    budget: ClassVar[timedelta | None] = None
    #: The number of items that may fail before the run fails.
    max_errors: ClassVar[int] = 0
    #: After so many executions in a row that died at one item (a killed process, a lost connection), the item
    #: counts as failed.
    max_attempts: ClassVar[int] = 5
    #: The cursor is saved in the database at least this often (and in a file of this host after every item).
    persist_every: ClassVar[timedelta] = timedelta(seconds=1)
    #: How long after the death of its worker another one may continue the run.
    lease: ClassVar[timedelta] = timedelta(seconds=10)
    #: Locks on ``target()`` that are held during the execution, and the policy when they aren't free.
    needs: ClassVar[Sequence[str]] = ()
    policy: ClassVar[Policy] = Fail()
    #: How long a run is the only one with its arguments, and ``enqueue`` returns it instead of a second one:
    #: until it has ended ("unfinished"), even then ("ever"), or not at all ("no").
    unique: ClassVar[Unique] = "unfinished"
    #: The name of one item.
    unit: ClassVar[str] = "item"

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        own = {name for base in cls.__mro__[:-1] if base is not Iteration for name in vars(base)}
        if "items" not in own:
            raise ConfigurationError(f"{cls.__name__} doesn't define its items. Write:\n{_EXAMPLE}")
        if ("each" in own) == ("each_batch" in own):
            raise ConfigurationError(
                f"{cls.__name__} needs either each(item) or each_batch(items). Write:\n{_EXAMPLE}"
            )
        for problem in (*_wrong_values(cls), *_wrong_unique(cls)):
            raise ConfigurationError(f"{cls.__name__}.{problem}")

    def items(self) -> Items[Any]:
        """The items in a stable order: a queryset, a sequence, a Source, or an iterable that can restart."""
        raise NotImplementedError

    def each(self, item: Any) -> None:  # noqa: ANN401 - each iteration has its own items
        """Process one item."""
        raise NotImplementedError

    def each_batch(self, items: Sequence[Any]) -> None:
        """Process a batch of items."""
        raise NotImplementedError

    def target(self) -> models.Model | None:
        """The object whose locks ``needs`` names."""
        return None

    def throttle(self) -> timedelta | None:
        """How long to pause before the next item, e.g. because a service is overloaded; None: continue."""
        return None

    @classmethod
    def enqueue(cls, *, by: str = "", **arguments: object) -> Run:
        """Create a run, which is handed to a worker after the current transaction commits.

        If there is one with the same arguments already, return that one instead, as ``unique`` says: its
        ``by`` and ``created_at`` say who enqueued it and when.

        Raises ConfigurationError for arguments that ``__init__`` doesn't accept or JSON can't store.
        """
        _check_arguments(cls, arguments)
        run = Run(
            iteration=f"{cls.__module__}.{cls.__qualname__}",
            arguments=arguments,
            by=storable(by, at_most=200),
            unit=cls.unit,
            subject=_subject(cls, arguments),
        )
        return _enqueue_once(cls, run)

    @classmethod
    def retry_failed(cls, run: Run, *, only: Sequence[ItemError] | None = None, by: str = "") -> Run:
        """Create a run of only the items that failed in another run, or of ``only`` some of them.

        If a run that retries items of ``run`` is unfinished, return that one instead: its ``retried_errors``
        say which. Raises ConfigurationError for an error of another run, and for more than 1,000 of them.
        """
        if only is not None:
            _check_errors(run, only)
        retry = Run(
            iteration=run.iteration,
            arguments=run.arguments,
            by=storable(by, at_most=200),
            unit=run.unit,
            subject=run.subject,
            retry_of=run,
            retried_errors=None if only is None else sorted(error.pk for error in only),
        )
        return _enqueue_once(cls, retry)


def _subject(cls: type[Iteration], arguments: dict[str, object]) -> str:
    """The name of the target; empty without one. One that is gone fails the run, not its caller."""
    if cls.target is Iteration.target:
        return ""
    try:
        target = cls(**arguments).target()
    except ObjectDoesNotExist:
        return ""
    return "" if target is None else resource(target)


def _check_errors(run: Run, only: Sequence[ItemError]) -> None:
    if not 0 < len(only) <= _MOST_RETRIED:
        raise ConfigurationError(
            f"only= names {len(only)} errors. Name 1 to {_MOST_RETRIED}, or leave it out to retry all."
        )
    foreign = [error for error in only if error.run_id != run.pk]
    if foreign:
        raise ConfigurationError(f"{foreign[0]} is an error of run {foreign[0].run_id}, not of {run}.")


def _wrong_values(cls: type[Iteration]) -> Iterator[str]:
    if isinstance(cls.needs, str):
        yield f"needs = {cls.needs!r} is a string, but must be a list of names. Write ({cls.needs!r},)."
    elif cls.needs and cls.target is Iteration.target:
        yield f"needs = {cls.needs!r} names locks, but of no object. Define target()."
    if type(cls.policy) not in get_args(Policy):
        names = ", ".join(f"{kind.__name__}()" for kind in get_args(Policy))
        yield f"policy = {cls.policy!r} is not a policy. Use one of {names}."
    if not timedelta(milliseconds=100) <= cls.lease <= timedelta(microseconds=YEAR_US):
        yield "lease must be at least 0.1 s and at most a year: so long the run waits for a dead worker."
    for name, least in (("batch_size", 1), ("max_errors", 0), ("max_attempts", 1)):
        if getattr(cls, name) < least:
            yield f"{name} = {getattr(cls, name)} is too small. Use {least} or more."
    if cls.budget is not None and cls.budget <= timedelta(0):
        yield "budget must be greater than zero. Use None for no limit."


def _wrong_unique(cls: type[Iteration]) -> Iterator[str]:
    known = get_args(Unique)
    if cls.unique not in known:
        yield f"unique = {cls.unique!r} is not known.{did_you_mean(str(cls.unique), known)}"


def _enqueue_once(cls: type[Iteration], run: Run) -> Run:
    """Save the run, or return the one that keeps it from being enqueued."""
    if cls.unique == "no":
        run.save()
        return run
    run.unique_key = _unique_key(cls, run)
    run.once = cls.unique == "ever" and run.retry_of is None
    for _ in range(_RACES):
        other = run.duplicate_of()
        if other is not None:
            _log.info("%s is not enqueued again: %s has the same arguments", cls.__name__, other)
            return other
        try:
            with transaction.atomic(using=router.db_for_write(Run)):
                run.save()
        except IntegrityError:
            continue  # somebody else was faster
        return run
    raise FsmlockError(
        f"{cls.__name__} could not be enqueued: others enqueue and end it all the time. Try again."
    )


def _unique_key(cls: type[Iteration], run: Run) -> str:
    """The same for the same arguments, however they are passed."""
    call = inspect.signature(cls).bind(**run.arguments)
    call.apply_defaults()
    identity = [run.iteration, call.args, call.kwargs, run.retry_of and run.retry_of.pk]
    return hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()


def _check_arguments(cls: type[Iteration], arguments: dict[str, object]) -> None:
    """Raise here what would otherwise fail in the worker."""
    try:
        inspect.signature(cls).bind(**arguments)
        json.dumps(arguments)
    except TypeError as wrong:
        raise ConfigurationError(
            f"{cls.__name__} can't be enqueued with these arguments: {wrong}."
        ) from wrong
    if "<locals>" in cls.__qualname__ or "." in cls.__qualname__:
        raise ConfigurationError(
            f"{cls.__qualname__} can't be imported by a worker. Define it at the top of a module."
        )
