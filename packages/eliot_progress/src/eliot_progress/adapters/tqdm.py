"""A replacement for tqdm: `from eliot_progress.adapters.tqdm import tqdm`, and existing loops report.

Parameters about the appearance of a bar are accepted and ignored; nothing is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

from eliot import log_message

from eliot_progress import sanitise
from eliot_progress.loop import Loop, length
from eliot_progress.progress import Progress, progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_Item = TypeVar("_Item")


class tqdm(Generic[_Item]):  # noqa: N801 - tqdm's own name
    """`tqdm(items, desc="Importing")`, or by hand with `update`, `close` and a `with` statement."""

    def __init__(  # noqa: PLR0913 - tqdm's own parameters, in its order
        self,
        iterable: Iterable[_Item] | None = None,
        desc: str | None = None,
        total: float | None = None,
        leave: bool | None = True,  # noqa: ARG002 - appearance
        file: object = None,  # noqa: ARG002 - appearance
        ncols: int | None = None,  # noqa: ARG002 - appearance
        *,
        unit: str = "it",
        initial: float = 0,
        disable: bool | None = False,
        **appearance: object,  # noqa: ARG002 - appearance
    ) -> None:
        self.iterable = iterable
        self.disable = bool(disable)
        known = length(iterable) if total is None else total
        self._work: Progress = progress(desc or "tqdm", total=known, unit=unit, initial=initial)
        self._started = False

    def __iter__(self) -> Iterator[_Item]:
        if self.iterable is None:
            raise TypeError("This tqdm has no iterable. Pass one, or call update() for each item.")
        if self.disable or self._started:
            return iter(self.iterable)
        self._started = True
        return iter(Loop(self.iterable, self._work))

    def __len__(self) -> int:
        return int(self._work.total or 0)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work.finish(error)

    def update(self, n: float | None = 1) -> None:
        """Count `n` more items as done."""
        self._start()
        self._work.advance(1 if n is None else n)

    def close(self) -> None:
        """End the work."""
        self._work.finish()

    @property
    def n(self) -> float:
        """The number of items that are done. May be set."""
        return self._work.done

    @n.setter
    def n(self, done: float) -> None:
        self._work.to(done)

    @property
    def total(self) -> float | None:
        """The number of items. May be set."""
        return self._work.total

    @total.setter
    def total(self, total: float | None) -> None:
        self._work.total = total

    def reset(self, total: float | None = None) -> None:
        """Restart the count."""
        self._work.to(0)
        if total is not None:
            self._work.total = total

    def set_description(self, desc: str | None = None, refresh: bool | None = True) -> None:  # noqa: ARG002
        """Name the current step."""
        self._work.step(desc or "")

    set_description_str = set_description

    def set_postfix(self, ordered_dict: object = None, refresh: bool | None = True, **values: object) -> None:  # noqa: ARG002
        """Set the remark about the current moment, as `name=value` pairs."""
        pairs = {**(ordered_dict if isinstance(ordered_dict, dict) else {}), **values}
        self._work.note(
            ", ".join(f"{sanitise.text(name)}={sanitise.text(value)}" for name, value in pairs.items())
        )

    def set_postfix_str(self, s: str = "", refresh: bool | None = True) -> None:  # noqa: ARG002
        """Set the remark about the current moment."""
        self._work.note(s)

    def refresh(self, *args: object, **more: object) -> None:
        """Do nothing: nothing is drawn."""

    display = clear = unpause = refresh

    @classmethod
    def write(cls, s: str, *args: object, **more: object) -> None:  # noqa: ARG003 - appearance
        """Log a line."""
        log_message("tqdm:write", text=s)

    def _start(self) -> None:
        if not self._started and not self.disable:
            self._started = True
            self._work.start()


def trange(*bounds: int, **options: object) -> tqdm[int]:
    """Return `tqdm(range(...))`."""
    return tqdm(range(*bounds), **options)  # type: ignore[arg-type] # tqdm's own options
