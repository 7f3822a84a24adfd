from __future__ import annotations

import pytest

from camera_agent.drivers.gopro_http import Address, GoproHttp, State
from camera_agent.errors import BadInput, DriverError
from tests.doubles.gopro import FakeGopro


def test_over_usb_its_address_is_made_of_its_serial_number():
    assert Address.of({"serial": "C3461324500789"}) == Address(host="172.27.189.51", wired=True)


def test_over_wifi_its_address_is_given():
    assert Address.of({"address": "10.5.5.9"}) == Address(host="10.5.5.9", port=8080)
    assert Address.of({"address": "10.5.5.9:81"}).port == 81


@pytest.mark.parametrize("options", [{}, {"serial": "abc"}, {"address": "x:y"}, {"serial": "12"}])
def test_without_a_sensible_address_it_says_what_to_set(options):
    with pytest.raises(BadInput):
        Address.of(options)


@pytest.mark.parametrize("status", [{"8": 1}, {"10": 1}, {"8": True, "10": 0}])
def test_busy_or_encoding_is_busy(status):
    assert State.of({"status": status}).busy


def test_a_state_without_values_is_a_quiet_one():
    assert State.of({}) == State(
        busy=False, overheating=False, storage_problem="", battery_percent=0, card_free_bytes=0
    )


def test_refusals_and_nonsense_are_camera_errors(tmp_path):
    with FakeGopro() as gopro:
        http = GoproHttp(Address.of({"address": gopro.address}))
        with pytest.raises(DriverError, match="refused /gopro/nothing with 404"):
            http.json("/gopro/nothing")
        gopro.speaks = False
        with pytest.raises(DriverError, match="makes no sense"):
            http.json("/gopro/camera/info")
        gopro.busy = 5
        with pytest.raises(DriverError, match="refused to send"):
            http.download("/videos/DCIM/100GOPRO/x.JPG", tmp_path / "x")
        http.close()


def test_a_camera_that_freezes_in_the_middle_is_left_and_asked_for_the_rest(tmp_path):
    content = bytes(range(256)) * 1000
    with FakeGopro() as gopro:
        gopro.files["100GOPRO/x.JPG"], gopro.freezes = content, 1
        http = GoproHttp(Address.of({"address": gopro.address}), timeout_s=0.2)
        assert not http.download("/videos/DCIM/100GOPRO/x.JPG", tmp_path / "x")
        assert http.download("/videos/DCIM/100GOPRO/x.JPG", tmp_path / "x")
        http.close()
    assert (tmp_path / "x").read_bytes() == content
    assert gopro.ranges == ["", "bytes=50000-"]
