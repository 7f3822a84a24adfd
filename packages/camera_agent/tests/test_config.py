from __future__ import annotations

import re
from dataclasses import replace

import pytest

from camera_agent.config import Config, check, line_of, read, with_remote_settings
from camera_agent.errors import BadInput
from camera_agent.protocol.settings import ExposureSettings, Schedule


def write(tmp_path, text: str):
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_without_a_file_the_defaults_hold(tmp_path):
    assert read(tmp_path / "config.toml") == Config()


def test_a_file_sets_what_it_names(tmp_path):
    path = write(tmp_path, 'server = "https://x"\ninterval_s = 5\n[options]\nseed = 3\n')
    assert read(path) == Config(server="https://x", interval_s=5.0, options={"seed": 3})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("intervall_s = 3", "'intervall_s' is not a setting. Did you mean 'interval_s'?"),
        ("x = 3", "'x' is not a setting. There are: server, driver"),
        ('interval_s = "3"', "interval_s must be a number, and is '3'"),
        ("interval_s = true", "interval_s must be a number"),
        ("driver = 3", "driver must be a text"),
        ("options = 3", "options must be a table"),
        ("interval_s = 0", "line 1: interval_s must be from 0.1 to 86400, and is 0."),
        ("\ninterval_s = 1e10", "line 2: interval_s must be from 0.1 to 86400, and is 1e+10."),
        ("\ncapture_deadline_s = inf", "line 2: capture_deadline_s must be from 0.1 to 86400, and is inf."),
        (
            "driver = 'x'\nquota_mib = " + "9" * 400,
            "line 2: quota_mib can't be a number of about 400",
        ),
        ("\n\ninterval_s = " + "9" * 5000, "line 3: a number there is longer than any setting allows."),
        (
            "\n[schedule]\nburst = " + "9" * 400,
            "line 3: burst must be from 1 to 100, and is a number of about 400",
        ),
        ("\n[options]\nx = " + "9" * 400, "line 3: the option x must be a text, a number or true/false"),
        ("\nwindows = " + "[" * 5000, "line 2: lists or tables are nested too deeply."),
        ("\n[options]\nx = " + "{a=" * 2000, "line 3: lists or tables are nested too deeply."),
        ("\ufeffinterval_s = 2", "line 1: the file begins with a byte order mark"),
        ("[schedule]\nend = 9999-12-31", "line 2: '9999-12-31' is outside of the years 1970 to 2100."),
        ("[schedule]\nstart = 0001-01-01T00:00:00+14:00", "line 2: '0001-01-01T00:00:00+14:00' is outside"),
        ("interval_s = ", "is no valid TOML"),
        ("[options]\nseed = []", "line 2: the option seed must be"),
        ("# first\n\ndrivr = 'x'", "line 3: 'drivr' is not a setting"),
        ("[optoins]\nseed = 1", "line 1: 'optoins' is not a setting. Did you mean 'options'?"),
        ("quota_mib = -1", "quota_mib must be from 0 to 1000000000, and is -1."),
    ],
)
def test_what_cant_work_is_named(tmp_path, text, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        read(write(tmp_path, text))


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"driver = 'x'\n# K\xe4se")
    with pytest.raises(BadInput, match="line 2: this is not UTF-8"):
        read(path)


def test_a_file_that_cant_be_read_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="can't be read"):
        read(tmp_path)


TABLES = """
interval_s = 10
[schedule]
windows = ["mon-fri 06:30..20:00"]
timezone = "Europe/Zurich"
end = 2026-12-24
burst = 3
[exposure]
mode = "ramp"
night_stops = 2
"""


def test_schedule_and_exposure_are_tables(tmp_path):
    config = read(write(tmp_path, TABLES))
    assert config.schedule == Schedule(
        windows=("mon-fri 06:30..20:00",), timezone="Europe/Zurich", end="2026-12-24", burst=3
    )
    assert config.exposure == ExposureSettings(mode="ramp", night_stops=2.0)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("burst", "brust", "line 7: 'brust' is not a setting. Did you mean 'burst'?"),
        ("06:30..20:00", "6..8", "line 4: '6' is neither a time nor an event of the sun."),
        ("Europe/Zurich", "Zurich", "line 5: There is no time zone 'Zurich'. Write it as 'Europe/Zurich'."),
        ("ramp", "rmap", "line 9: mode must be one of auto, locked, ramp, and is 'rmap'."),
        ("night_stops = 2", "night_stops = '2'", "line 10: night_stops must be a number, and is '2'"),
        ("night_stops = 2", "night_stops = 9", "line 10: night_stops must be from 0 to 6, and is 9."),
        ("burst = 3", "burst = 11", "line 7: 11 captures 1 s apart don't fit into 10 s. Make interval_s"),
        ("burst = 3", "bulb_s = 12", "line 7: An exposure of 12 s does not fit into an interval of 10 s."),
        ("burst = 3", "bulb_s = 5", "line 7: Each capture can't expose for 5 s and be 'ramp' as well."),
        ("night_stops = 2", "shutter_s = 10", "line 10: An exposure of 10 s does not fit"),
        ("interval_s = 10", "interval_s = 10\n[[schedule]]", "is no valid TOML"),
    ],
)
def test_what_cant_work_in_a_table_is_named_with_its_line(tmp_path, before, after, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        read(write(tmp_path, TABLES.replace(before, after)))


def test_a_line_is_found_in_its_own_table():
    text = 'burst = 1\n[options]\nburst = 2\n[schedule]\n"burst" = 3\nx.y = 4\n'
    names = ("burst", "options.burst", "schedule.burst", "schedule")
    assert [line_of(text, name) for name in names] == [1, 3, 5, 4]
    assert [line_of(text, name) for name in ("schedule.gone", "gone.gone")] == [4, 1]


def test_what_a_server_sets_is_read_as_the_file_is():
    local = Config(interval_s=2.0, driver="gopro", schedule=Schedule(burst=2, burst_s=0.1))
    requested = {"revision": 3, "interval_s": 30, "schedule": {"windows": ["06:00..08:00"]}, "new": 1}
    config = with_remote_settings(local, requested)
    assert (config.interval_s, config.driver) == (30.0, "gopro")
    assert config.schedule == Schedule(windows=("06:00..08:00",))
    assert with_remote_settings(local, {"schedule": None, "exposure": {"mode": "locked"}}) == replace(
        local, exposure=ExposureSettings(mode="locked")
    )


@pytest.mark.parametrize(
    ("requested", "message"),
    [
        ({"interval_s": "fast"}, "The server's configuration, interval_s: interval_s must be a number"),
        ({"schedule": {"windows": ["now"]}}, "configuration, schedule.windows: 'now' is no window"),
        ({"exposure": {"mod": "auto"}}, "exposure.mod: 'mod' is not a setting. Did you mean 'mode'?"),
        ({"schedule": {"burst": 5}}, "schedule.burst: 5 captures 1 s apart don't fit into 2 s."),
    ],
)
def test_settings_that_cant_work_are_refused(requested, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        with_remote_settings(Config(), requested)


@pytest.mark.parametrize("interval", [-1.0, float("nan")])
def test_flags_are_checked_as_the_file_is(interval):
    with pytest.raises(BadInput, match=r"must be from 0\.1"):
        check(Config(interval_s=interval))


def test_sizes_are_given_in_mib():
    config = Config(quota_mib=1.5, reserve_mib=2)
    assert (config.quota_bytes, config.reserve_bytes) == (1_572_864, 2_097_152)
