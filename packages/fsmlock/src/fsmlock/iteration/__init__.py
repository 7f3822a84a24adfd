"""Long work, item by item. Interrupted at any moment, it resumes at the next item.

Subclass :class:`Iteration`, ``enqueue()`` a run of it, and :func:`execute` the run, or let Celery execute it.
"""

from __future__ import annotations

from fsmlock.iteration.declaration import Iteration
from fsmlock.iteration.execution import OnItem, OnProgress, execute
from fsmlock.iteration.sources import CsvRows, Listed, Nested, Rows, Source
from fsmlock.iteration.subjects import runs_on_many

__all__ = [
    "CsvRows",
    "Iteration",
    "Listed",
    "Nested",
    "OnItem",
    "OnProgress",
    "Rows",
    "Source",
    "execute",
    "runs_on_many",
]
