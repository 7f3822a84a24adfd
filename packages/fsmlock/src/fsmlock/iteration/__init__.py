"""Long work, item by item: interrupted at any instant, it goes on where it was."""

from __future__ import annotations

from fsmlock.iteration.declaring import Iteration
from fsmlock.iteration.sources import CsvRows, Listed, Nested, Rows, Source
from fsmlock.steps import RunStep

__all__ = ["CsvRows", "Iteration", "Listed", "Nested", "Rows", "RunStep", "Source"]
