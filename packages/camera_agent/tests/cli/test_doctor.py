from __future__ import annotations

import errno
import tempfile

import pytest

from camera_agent.cli import doctor, main
from camera_agent.config import Config
from camera_agent.home import Home, exclusive_lock
from camera_agent.host.network import Network
from camera_agent.protocol.settings import DeliverySettings
from tests.server import Fault

SMALL = {"width": 160, "height": 90}


def findings(home, **settings):
    return {one.name: one for one in doctor.run_checks(home, Config(**{"options": SMALL, **settings}))}


def test_a_paired_agent_with_a_camera_is_well_but_for_its_clock(home, server):
    found = findings(home)
    assert {name for name, one in found.items() if one.ok} >= {
        "folder",
        "disk",
        "token",
        "server",
        "camera",
    }
    assert "Simulated landscape took a picture" in found["camera"].message


def test_an_agent_that_was_never_paired_is_reported_how(tmp_path):
    found = findings(Home(tmp_path))
    assert "camera-agent pair URL" in found["token"].message
    assert "camera-agent pair URL" in found["server"].message


def test_a_token_that_others_can_read_is_reported_with_its_remedy(home):
    home.token_file.chmod(0o644)
    assert "chmod 600" in findings(home)["token"].message


@pytest.mark.parametrize(
    ("settings", "name", "message"),
    [
        ({"server": "http://127.0.0.1:9"}, "server", "can't be reached"),
        ({"driver": "simulatd"}, "camera", "Did you mean 'simulated'"),
        ({"reserve_mib": 1e12}, "disk", "less than the reserve"),
    ],
)
def test_each_trouble_is_found_and_the_rest_is_looked_at_all_the_same(home, settings, name, message):
    found = findings(home, **settings)
    assert len(found) == 7
    assert not found[name].ok
    assert message in found[name].message


def test_a_folder_that_is_gone_is_found(tmp_path):
    finding = doctor.folder(Home(tmp_path / "gone"), Config())
    assert (finding.ok, "can't be written" in finding.message) == (False, True)


def test_a_folder_that_others_own_does_not_keep_the_rest_from_being_looked_at(home, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(home.folder))

    monkeypatch.setattr(tempfile, "mkdtemp", refused)
    home.token_file.unlink()
    home.token_file.mkdir()  # no user can read that, not even root
    found = findings(home)
    assert len(found) == 7
    assert found["camera"].message.startswith("It can't be checked: Permission denied. Run this as")
    assert found["token"].message.startswith(f"{home.token_file} can't be read, or holds no token.")


def test_a_server_whose_clock_is_elsewhere_is_named(home, server):
    server.date = "Tue, 01 Jan 2030 00:00:00 GMT"
    assert "its clock is" in findings(home)["server"].message


def test_a_server_that_refuses_is_reported(home, server):
    server.fail(Fault("refuse", method="OPTIONS", value=404))
    reported = findings(home)["server"]
    assert (reported.ok, reported.message.startswith(f"{server.url}: ")) == (False, True)


@pytest.mark.parametrize("status", [200, 302, 407])
def test_a_portal_in_front_of_the_server_is_not_taken_for_it(home, server, status):
    server.fail(Fault("proxy", method="OPTIONS", value=status))
    reported = findings(home)["server"]
    assert (reported.ok, "login" in reported.message or "Log in" in reported.message) == (False, True)


def test_a_token_that_is_good_no_more_is_reported(home, server):
    server.tokens.clear()
    reported = findings(home)["server"]
    assert (reported.ok, "does not accept this camera's token" in reported.message) == (False, True)


def test_the_command_prints_a_line_each_and_fails_when_one_is_not_well(tmp_path, capsys):
    assert main(["doctor", "--home", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("ok  folder")


def test_the_unit_names_this_installation(capsys):
    assert main(["service"]) == 0
    unit = capsys.readouterr().out
    assert "-m camera_agent run --home %S/camera-agent" in unit
    assert "Type=notify" in unit
    assert "@" not in unit


@pytest.mark.parametrize(
    ("here", "networks", "well", "message"),
    [
        (Network(), (), False, "No network has a default route"),
        (Network(interface="wlan0", wifi="Attic"), (), True, "wlan0 / Attic."),
        (Network(interface="wwan0"), ("Attic",), False, "wwan0 is none of delivery.networks (Attic)"),
        (Network(interface="wlan0", wifi="Attic"), ("Attic",), True, "wlan0"),
    ],
)
def test_the_network_is_reported_and_whether_captures_may_take_it(
    monkeypatch, home, here, networks, well, message
):
    monkeypatch.setattr(doctor, "current_network", lambda: here)
    finding = doctor.network(home, Config(delivery=DeliverySettings(networks=networks)))
    assert finding.ok is well
    assert message in finding.message


@pytest.mark.parametrize(
    ("state", "detail", "well"), [("capturing", "", True), ("error", "The camera is asleep.", False)]
)
def test_a_camera_that_a_running_agent_has_is_left_alone(home, state, detail, well):
    home.write(home.status_file, {"state": state, "state_detail": detail})
    with exclusive_lock(home):
        finding = doctor.camera(home, Config())
    assert finding.ok is well
    assert (detail or state) in finding.message
