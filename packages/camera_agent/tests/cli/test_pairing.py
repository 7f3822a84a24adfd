from __future__ import annotations

from dataclasses import replace

import pytest

from camera_agent.cli import main
from camera_agent.cli.pairing import code_text, is_readable_by_others
from camera_agent.remote.pairing import DeviceCode

CODE = DeviceCode(
    device_code="x",
    user_code="BDWP-HQPK",
    verification_uri="https://timelapse.example/pair",
    verification_uri_complete="https://timelapse.example/pair?code=BDWP-HQPK",
    interval_s=2.0,
    expires_in_s=900.0,
)


@pytest.mark.parametrize(
    ("server", "readable"),
    [
        ("http://cams.example", True),
        ("http://192.168.1.7:8000", True),
        ("http://[2001:db8::1]", True),
        ("https://cams.example", False),
        ("http://127.0.0.1:8000", False),
        ("http://127.8.8.8", False),
        ("http://[::1]:8000", False),
        ("http://localhost:8000", False),
    ],
)
def test_plain_http_that_leaves_the_machine_can_be_read_by_others(server, readable):
    assert is_readable_by_others(server) is readable


def test_pairing_over_plain_http_warns(capsys, tmp_path):
    assert main(["pair", "http://timelapse.invalid", "--home", str(tmp_path)]) == 4
    reported = capsys.readouterr().err
    assert "Warning: http://timelapse.invalid is not encrypted." in reported


def test_without_a_terminal_it_is_one_sentence():
    assert (
        code_text(CODE, picture=False) == "Open https://timelapse.example/pair and enter the code BDWP-HQPK"
    )


def test_on_a_terminal_a_phone_can_read_it():
    drawn = code_text(CODE, picture=True)
    assert drawn.endswith("BDWP-HQPK")
    assert drawn.count("\n") > 15
    assert max(len(line) for line in drawn.splitlines()) < 400


def test_a_server_without_an_address_gets_no_picture():
    bare = replace(CODE, verification_uri="", verification_uri_complete="")
    assert code_text(bare, picture=True).count("\n") == 0
