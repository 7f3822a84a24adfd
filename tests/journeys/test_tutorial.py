"""The tutorial's commands do what the tutorial says."""

from __future__ import annotations

import os
import re
import shlex
import signal
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
            shlex.split(command.replace("./dev", str(ROOT / "dev")).replace("dev up", "dev up --port 0")),
            cwd=tmp_path,
            env=os.environ | {"TIMELAPSE_HOME": str(tmp_path / "home")},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return run


def test_the_tutorial_names_these_commands():
    assert [command.split()[:2] for command in COMMANDS] == [["./dev", "up"], ["./dev", "film"]]


def test_up_prints_what_the_tutorial_shows_and_stops_on_ctrl_c(terminal):
    printed = ""
    with terminal(COMMANDS[0]) as process:
        while "Stop with Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) == 0
    for shown in (
        "Timelapse runs at http://127.0.0.1:",
        "Sign in as admin with the password ",
        "State and logs: ",
    ):
        assert shown in TUTORIAL
        assert shown in printed


def test_film_makes_the_movie_of_the_tutorial(terminal, tmp_path):
    process = terminal(COMMANDS[1])
    printed, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    assert "30 frames" in printed
    assert movies.probe(tmp_path / "movie.mp4").frames == 30
