from __future__ import annotations

from camera_agent.status import Status


def test_it_idles_until_it_works():
    status = Status(driver="simulated")
    assert status.state() == ("idle", "")
    status.capturing = True
    assert status.state() == ("capturing", "")


def test_a_trouble_that_two_loops_have_is_said_once():
    status = Status(driver="simulated")
    for name in ("upload", "link"):
        status.set_problem(name, "It can't be reached.")
    assert status.state() == ("error", "It can't be reached.")
    status.clear_problem("upload")
    assert status.state() == ("error", "It can't be reached.")


def test_one_trouble_that_ends_does_not_hide_another():
    status = Status(driver="simulated", capturing=True)
    assert status.set_problem("camera", "No camera.")
    assert not status.set_problem("camera", "No camera.")
    status.set_problem("token", "Revoked.")
    assert status.clear_problem("camera")
    assert not status.clear_problem("camera")
    assert status.state() == ("error", "Revoked.")
