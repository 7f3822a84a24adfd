"""Parts of which one statement may name every value: databases limit terms and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")

#: The most values of a part.
MOST: Final = 200


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in parts, in their order."""
    return (values[start : start + MOST] for start in range(0, len(values), MOST))
