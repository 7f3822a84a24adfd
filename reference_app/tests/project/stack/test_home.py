from __future__ import annotations

import os
import subprocess
import sys

import pytest

from timelapse.project.stack.errors import StackError
from timelapse.project.stack.home import locked_home, readable_by_others, write_private

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


def test_a_new_home_is_its_owners_alone(tmp_path):
    with locked_home(tmp_path / "home") as home:
        assert home.stat().st_mode & 0o777 == 0o700
        assert not readable_by_others(home)


def test_a_folder_with_files_keeps_its_mode_and_counts_as_readable(tmp_path):
    (tmp_path / "somebody's file").touch()
    tmp_path.chmod(0o755)
    with locked_home(tmp_path):
        assert tmp_path.stat().st_mode & 0o777 == 0o755
        assert readable_by_others(tmp_path)


def test_a_private_file_is_private_even_where_a_readable_one_stood(tmp_path):
    path = tmp_path / "file"
    path.write_text("before")
    path.chmod(0o644)
    write_private(path, "a secret")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("a secret", 0o600)
