from __future__ import annotations

from dataclasses import replace

from camera_agent.cli.pairing import code_text
from camera_agent.remote.pairing import DeviceCode

CODE = DeviceCode(
    device_code="x",
    user_code="BDWP-HQPK",
    verification_uri="https://timelapse.example/pair",
    verification_uri_complete="https://timelapse.example/pair?code=BDWP-HQPK",
    interval_s=2.0,
    expires_in_s=900.0,
)


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
