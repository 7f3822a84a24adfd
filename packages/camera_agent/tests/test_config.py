from __future__ import annotations

import re

import pytest

from camera_agent.config import Config, check, read
from camera_agent.errors import BadInput


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
        ("interval_s = 0", "line 1: interval_s must be more than 0, and is 0.0"),
        ("interval_s = ", "is no valid TOML"),
        ("[options]\nseed = []", "line 2: the option seed must be"),
        ("# first\n\ndrivr = 'x'", "line 3: 'drivr' is not a setting"),
        ("[optoins]\nseed = 1", "line 1: 'optoins' is not a setting. Did you mean 'options'?"),
        ("quota_mib = -1", "quota_mib can't be less than 0"),
    ],
)
def test_what_cant_work_is_named(tmp_path, text, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        read(write(tmp_path, text))


def test_a_file_that_cant_be_read_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="can't be read"):
        read(tmp_path)


@pytest.mark.parametrize("interval", [-1.0, float("nan")])
def test_flags_are_checked_as_the_file_is(interval):
    with pytest.raises(BadInput, match="more than 0"):
        check(Config(interval_s=interval))


def test_sizes_are_given_in_mib():
    config = Config(quota_mib=1.5, reserve_mib=2)
    assert (config.quota_bytes, config.reserve_bytes) == (1_572_864, 2_097_152)
