from __future__ import annotations

import os
import subprocess
import sys

import pytest

from timelapse.project.stack.errors import StackError
from timelapse.project.stack.home import locked_home

CLAIM = "import sys; from pathlib import Path; from timelapse.project.stack.home import locked_home\n"


def test_a_home_is_made_with_its_log_folder(tmp_path):
    with locked_home(tmp_path / "home") as home:
        assert (home / "log").is_dir()


def test_a_second_stack_is_refused_and_learns_which_process_has_the_home(tmp_path):
    with (
        locked_home(tmp_path),
        pytest.raises(StackError, match=rf"process {os.getpid()}.*Ctrl-C"),
        locked_home(tmp_path),
    ):
        pass


def test_a_killed_stack_leaves_no_claim_behind(tmp_path):
    script = f"{CLAIM}with locked_home(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "in\n"
        holder.kill()
    with locked_home(tmp_path):
        assert (tmp_path / "stack.lock").read_text() == str(os.getpid())


def test_a_home_that_can_not_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="Set TIMELAPSE_HOME"), locked_home(tmp_path / "file" / "home"):
        pass
