from __future__ import annotations

import pytest

from camera_agent.host.machine import Machine


@pytest.fixture(autouse=True)
def _no_zone_in_the_environment(monkeypatch):
    monkeypatch.delenv("TZ", raising=False)


def write(root, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_what_a_machine_cant_tell_is_null(tmp_path):
    assert Machine(tmp_path, command="no-such-command").metrics() == {
        "battery_percent": None,
        "temperature_c": None,
        "throttled": [],
        "rss_bytes": None,
        "timezone": None,
    }


def test_a_pi_on_a_weak_battery_tells_all_of_it(tmp_path):
    write(tmp_path, "sys/class/power_supply/bat/capacity", "37\n")
    write(tmp_path, "sys/class/thermal/thermal_zone0/temp", "81234\n")
    write(tmp_path, "sys/devices/platform/soc/soc:firmware/get_throttled", "d0009\n")
    write(tmp_path, "proc/self/statm", "9000 7168 100 1 0 500 0\n")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "localtime").symlink_to("../usr/share/zoneinfo/Europe/Zurich")
    assert Machine(tmp_path, page_bytes=4096).metrics() == {
        "battery_percent": 37.0,
        "temperature_c": 81.2,
        "throttled": ["under_voltage", "hot"],
        "rss_bytes": 29_360_128,
        "timezone": "Europe/Zurich",
    }


@pytest.fixture
def command(tmp_path):
    """A stand-in for the firmware's own command."""
    path = tmp_path / "vcgencmd"
    path.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked\necho throttled=0x50005\n")
    path.chmod(0o755)
    return str(path)


def test_where_no_file_tells_the_firmwares_command_is_asked_but_seldom(tmp_path, command):
    machine = Machine(tmp_path, command=command)
    for _ in range(3):
        assert machine.metrics()["throttled"] == ["under_voltage", "throttled"]
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_a_command_that_fails_is_no_news(tmp_path):
    path = tmp_path / "vcgencmd"
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    assert Machine(tmp_path, command=str(path)).metrics()["throttled"] == []


def test_files_that_make_no_sense_are_passed_over(tmp_path):
    write(tmp_path, "sys/class/power_supply/a/capacity", "soon\n")
    write(tmp_path, "sys/class/power_supply/b/capacity", "50\n")
    write(tmp_path, "proc/self/statm", "")
    machine = Machine(tmp_path)
    assert (machine.battery_percent(), machine.rss_bytes()) == (50.0, None)


def test_this_machine_tells_its_memory():
    assert Machine().rss_bytes() > 1 << 20


@pytest.mark.parametrize(
    ("variable", "reported"),
    [("Asia/Tokyo", "Asia/Tokyo"), (":Asia/Tokyo", "Asia/Tokyo"), ("CET-1CEST", None), ("../etc", None)],
)
def test_the_environments_time_zone_goes_before_the_systems_and_one_without_a_name_is_null(
    tmp_path, monkeypatch, variable, reported
):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Zurich")
    monkeypatch.setenv("TZ", variable)
    assert Machine(tmp_path).timezone() == reported


def test_memory_is_counted_in_the_pages_of_the_machine(tmp_path):
    write(tmp_path, "proc/self/statm", "9000 7168 100 1 0 500 0\n")
    assert Machine(tmp_path, page_bytes=16_384).rss_bytes() == 4 * 29_360_128
