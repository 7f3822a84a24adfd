"""The code of the guides on cameras and drivers runs unchanged."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from camera_agent.config import read

GUIDES = Path(__file__).parents[2] / "docs" / "guides"


def blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (GUIDES / guide).read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("settings", blocks("cameras.md", "toml"))
def test_the_settings_of_the_guide_are_accepted(settings, tmp_path):
    path = tmp_path / "config.toml"
    # Exposures of up to 8 s need an interval longer than the default.
    path.write_text(settings if "interval_s" in settings else f"interval_s = 10\n{settings}")
    assert read(path).interval_s == 10


def test_the_driver_of_the_guide_passes_the_contract(tmp_path):
    driver, test = blocks("write-a-driver.md", "python")
    (tmp_path / "postcards.py").write_text(driver)
    (tmp_path / "test_postcards.py").write_text(test)
    plugins = ("-p", "no:randomly", "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:asyncio")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *plugins,
            "-c",
            "/dev/null",
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
