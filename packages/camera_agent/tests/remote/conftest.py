from __future__ import annotations

from tests.delivery.conftest import client, put, spool  # noqa: F401 - fixtures
