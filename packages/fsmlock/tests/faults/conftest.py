from __future__ import annotations

import pytest

from tests.faults.world import database


@pytest.fixture
def world(tmp_path):
    with database(tmp_path) as settings_dict:
        yield {
            "database": settings_dict,
            "folder": str(tmp_path),
            "backend": "fsmlock.backends.database.DatabaseBackend",
        }
