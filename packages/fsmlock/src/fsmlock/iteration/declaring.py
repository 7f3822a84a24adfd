"""Declare long work: its items, and what to do with one of them."""

from __future__ import annotations

import inspect
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from fsmlock.errors import ConfigurationError
from fsmlock.iteration.worker import Worker
from fsmlock.models import Run
from fsmlock.policies import Fail, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db import models

    from fsmlock.iteration.sources import Items
    from fsmlock.steps import OnStep

_EXAMPLE = """
class SendNewsletter(Iteration):
    def items(self):
        return Subscriber.objects.filter(active=True)

    def each(self, subscriber):
        send_mail(...)
"""


class Iteration:
    """Subclass it, give ``items()`` and ``each(item)`` or ``each_batch(items)``, then ``enqueue()`` it.

    Arguments of ``__init__`` are stored with the run as JSON and given again whenever it goes on.
    """

    #: One commit for the effect of an item (or batch) and the cursor: nothing is ever done twice.
    transactional: ClassVar[bool] = False
    #: Items at once for ``each_batch``.
    batch_size: ClassVar[int] = 100
    #: After this time the run is interrupted and goes on behind others; None: as long as it takes.
    budget: ClassVar[timedelta | None] = None
    #: So many items may fail before the run does.
    max_errors: ClassVar[int] = 0
    #: The cursor goes to the database at least this often (and to a file of this host after every item).
    persist_every: ClassVar[timedelta] = timedelta(seconds=1)
    #: How long after the death of its worker a run may be taken up by another.
    lease: ClassVar[timedelta] = timedelta(seconds=10)
    #: Locks on ``target()`` that are held while it works, and what to do when somebody else holds them.
    needs: ClassVar[Sequence[str]] = ()
    policy: ClassVar[Policy] = Fail()
    #: What one item is called.
    unit: ClassVar[str] = "item"

    def __init_subclass__(cls, **more: object) -> None:
        super().__init_subclass__(**more)
        own = {name for base in cls.__mro__[:-1] if base is not Iteration for name in vars(base)}
        if "items" not in own:
            raise ConfigurationError(f"{cls.__name__} doesn't say what its items are. Write:\n{_EXAMPLE}")
        if ("each" in own) == ("each_batch" in own):
            raise ConfigurationError(
                f"{cls.__name__} needs each(item) or each_batch(items), one of the two. Write:\n{_EXAMPLE}"
            )
        for wrong in _wrong_values(cls):
            raise ConfigurationError(f"{cls.__name__}.{wrong}")

    def items(self) -> Items[Any]:
        """The items in a stable order: a queryset, a sequence, a Source, or an iterable that starts anew."""
        raise NotImplementedError

    def each(self, item: Any) -> None:  # noqa: ANN401 - each iteration has its own items
        """Do the work for one item."""
        raise NotImplementedError

    def each_batch(self, items: Sequence[Any]) -> None:
        """Do the work for some items."""
        raise NotImplementedError

    def target(self) -> models.Model | None:
        """The object whose locks ``needs`` names."""
        return None

    def throttle(self) -> timedelta | None:
        """How long to leave off before the next item, e.g. because a service asks for it; None: go on."""
        return None

    @classmethod
    def enqueue(cls, *, by: str = "", **arguments: object) -> Run:
        """Make a run of it, and hand it to a worker once the present transaction commits."""
        _refuse(cls, arguments)
        run = Run(iteration=f"{cls.__module__}.{cls.__qualname__}", arguments=arguments, by=by, unit=cls.unit)
        run.save()
        return run

    @classmethod
    def retry_failed(cls, run: Run, *, by: str = "") -> Run:
        """Make a run of only those items that failed in another one."""
        again = Run(iteration=run.iteration, arguments=run.arguments, by=by, unit=run.unit, retries=run)
        again.save()
        return again

    def work(self, run: Run, *, on_step: OnStep | None = None) -> None:
        """Work on a run of this iteration; see Run.work."""
        Worker(run, self, on_step).work()


def _wrong_values(cls: type[Iteration]) -> Iterator[str]:
    if isinstance(cls.needs, str):
        yield f"needs = {cls.needs!r} is one word where a list of names is meant. Write ({cls.needs!r},)."
    if type(cls.policy) not in get_args(Policy):
        names = ", ".join(f"{kind.__name__}()" for kind in get_args(Policy))
        yield f"policy = {cls.policy!r} is not a policy. Use one of {names}."
    if cls.lease < timedelta(milliseconds=100):
        yield "lease must be at least 0.1 s: it is how long the run waits for a dead worker."
    if cls.batch_size < 1:
        yield f"batch_size = {cls.batch_size} leaves nothing to do at once. Use 1 or more."
    if cls.max_errors < 0:
        yield f"max_errors = {cls.max_errors} is less than none. Use 0 to fail at the first."
    if cls.budget is not None and cls.budget <= timedelta(0):
        yield "budget must be longer than nothing. Use None to let it take as long as it takes."


def _refuse(cls: type[Iteration], arguments: dict[str, object]) -> None:
    """What would fail in the worker fails here."""
    try:
        inspect.signature(cls).bind(**arguments)
        json.dumps(arguments)
    except TypeError as wrong:
        raise ConfigurationError(
            f"{cls.__name__} can't be enqueued with these arguments: {wrong}."
        ) from wrong
    if "<locals>" in cls.__qualname__ or "." in cls.__qualname__:
        raise ConfigurationError(
            f"{cls.__qualname__} can't be found by a worker. Define it at the top of a module."
        )
