from __future__ import annotations

import subprocess
import sys

import pytest

from camera_agent.spool import ballast
from tests.command import TESTS

#: Fills a small card to its last byte while captures wait in its spool, and opens the spool again.
FULL_CARD = """
import subprocess, sys
from pathlib import Path
from tests.spool.conftest import NOW, Filled

card = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", card], check=True)
filled = Filled(card / "spool")
for number in range(3):
    filled.put(f"capture-{number}")
filled.spool.prune_rows()
filled.spool.close()
with (card / "others").open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError as error:
        print(error.strerror)
filled.reopen()
filled.spool.recover(NOW)
while capture := filled.spool.next_pending():
    filled.spool.mark_delivered(capture)
print(filled.spool.counts().pending)
"""
IN_A_WORLD_OF_ITS_OWN = ("unshare", "--mount", "--map-root-user")


@pytest.fixture
def world():
    try:
        allowed = subprocess.run([*IN_A_WORLD_OF_ITS_OWN, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("There is no unshare.")
    if allowed.returncode:
        pytest.skip("This system lets nobody mount a small card.")


@pytest.mark.usefixtures("world")
def test_captures_leave_a_card_that_others_have_filled_to_its_last_byte(tmp_path):
    done = subprocess.run(
        [*IN_A_WORLD_OF_ITS_OWN, sys.executable, "-c", FULL_CARD, str(tmp_path)],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("No space left on device\n0\n", "")


def test_room_is_kept_once_and_not_released_without_need(tmp_path):
    ballast.keep(tmp_path)
    ballast.keep(tmp_path)
    [kept] = tmp_path.iterdir()
    assert kept.stat().st_blocks * 512 >= ballast.BYTES
    assert not ballast.release(tmp_path)
    assert kept.exists()


def test_no_room_is_kept_in_a_folder_that_is_not_there(tmp_path):
    assert not ballast.release(tmp_path / "none")
