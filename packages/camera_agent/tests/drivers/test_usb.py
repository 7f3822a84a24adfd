from __future__ import annotations

import subprocess
import sys

from camera_agent.drivers.usb import Holder, holders


def test_a_process_that_has_a_device_open_is_named(tmp_path):
    (tmp_path / "007").write_text("")
    code = "import sys; opened = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "007")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        [found] = holders(f"{tmp_path}/")
        other.stdin.close()
        other.wait(30)
    assert found.pid == other.pid
    assert "python" in found.name
    assert holders(f"{tmp_path}/") == ()


def test_we_ourselves_are_no_other_process(tmp_path):
    with (tmp_path / "007").open("w"):
        assert holders(f"{tmp_path}/") == ()


def test_processes_that_end_or_belong_to_others_are_passed_over(tmp_path):
    (tmp_path / "12").mkdir()
    (tmp_path / "cpuinfo").write_text("")
    fd = tmp_path / "13" / "fd"
    fd.mkdir(parents=True)
    (tmp_path / "13" / "comm").write_text("gvfsd-gphoto2\n")
    (fd / "4").write_text("no link any more")
    (fd / "5").symlink_to("/dev/bus/usb/001/002")
    assert holders(proc=tmp_path) == (Holder(pid=13, name="gvfsd-gphoto2"),)
    assert str(Holder(pid=13, name="gvfsd-gphoto2")) == "gvfsd-gphoto2 (process 13)"
