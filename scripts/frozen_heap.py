"""A pytest plugin that spares the garbage collector what lives as long as the run: modules, classes, tests.

Without it each full collection walks all of Django, the schema and the tests again, and nothing of these is
ever garbage. What the tests themselves make is collected as always.
"""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Take what has been imported and collected out of the collector's sight."""
    gc.collect()  # What is garbage now would otherwise never be freed.
    gc.freeze()
