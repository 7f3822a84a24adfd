"""The tutorial's commands do what the tutorial says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from . import movies

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial" / "first-timelapse.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", TUTORIAL, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


@pytest.fixture
def terminal(tmp_path):
    """Start a command as typed, in a folder that has some pictures."""
    movies.extract(movies.FOOTAGE / "carphone_pristine.mp4", tmp_path / "my-pictures", frames=30)

    def run(command):
        return subprocess.Popen(
            shlex.split(command.replace("./dev", str(ROOT / "dev"))),
            cwd=tmp_path,
            env=os.environ | {"TIMELAPSE_HOME": str(tmp_path / "home")},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return run


def test_the_tutorial_names_these_commands():
    assert COMMANDS[0] == "./dev up"  # what the journeys' stacks are started by
    assert [command.split()[:2] for command in COMMANDS[1:]] == [["./dev", "film"]]


def test_up_prints_what_the_tutorial_shows(shared_stack):
    for shown in (
        "Timelapse runs at http://127.0.0.1:",
        "Sign in as admin with the password ",
        "State and logs: ",
        "Stop with Ctrl-C",
    ):
        assert shown in shared_stack.printed()
        assert shown in TUTORIAL


def test_film_makes_the_movie_of_the_tutorial(terminal, tmp_path):
    process = terminal(COMMANDS[1])
    printed, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    assert "30 frames" in printed
    assert movies.probe(tmp_path / "movie.mp4").frames == 30
