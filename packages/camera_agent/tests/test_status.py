from __future__ import annotations

from camera_agent.status import Status


def test_it_idles_until_it_works():
    status = Status(driver="simulated")
    assert status.state() == ("idle", "")
    status.working = True
    assert status.state() == ("capturing", "")


def test_a_trouble_that_two_loops_have_is_said_once():
    status = Status(driver="simulated")
    for name in ("upload", "link"):
        status.trouble(name, "It can't be reached.")
    assert status.state() == ("error", "It can't be reached.")
    status.well("upload")
    assert status.state() == ("error", "It can't be reached.")


def test_one_trouble_that_ends_does_not_hide_another():
    status = Status(driver="simulated", working=True)
    assert status.trouble("camera", "No camera.")
    assert not status.trouble("camera", "No camera.")
    status.trouble("token", "Revoked.")
    assert status.well("camera")
    assert not status.well("camera")
    assert status.state() == ("error", "Revoked.")
