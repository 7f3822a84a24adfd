from __future__ import annotations

import threading

import pytest

from camera_agent.config import Config
from camera_agent.home import Home
from camera_agent.remote.configuration import RemoteConfig
from tests.golden import golden

OWN = Config(interval_s=10.0)


@pytest.fixture
def hearing(tmp_path):
    def hearing(own: Config = OWN) -> RemoteConfig:
        applied = []
        remote_config = RemoteConfig(Home(tmp_path), own, apply=applied.append)
        remote_config.applied = applied
        return remote_config

    return hearing


def test_the_golden_configuration_is_taken_whole(hearing):
    remote_config = hearing()
    remote_config.receive(golden("heartbeat_answer_full")["config"])
    [config] = remote_config.applied
    assert (remote_config.revision, remote_config.error, config.interval_s) == (2, None, 30.0)
    assert (config.delivery.rate_kib_s, config.schedule.windows) == (512.0, ("06:00..20:00",))


def test_what_was_set_last_holds_after_a_restart(hearing):
    hearing().receive({"revision": 3, "interval_s": 60.0})
    again = hearing()
    assert again.load().interval_s == 60.0
    assert again.revision == 3


def test_what_a_full_card_does_not_store_is_put_in_force_once(hearing, tmp_path):
    remote_config = hearing()
    Home(tmp_path).remote_config_file.mkdir()  # whatever keeps the file from being written
    with pytest.raises(OSError, match="remote_config"):
        remote_config.receive({"revision": 3, "interval_s": 60.0})
    remote_config.receive({"revision": 3, "interval_s": 60.0})
    assert [config.interval_s for config in remote_config.applied] == [60.0]
    assert remote_config.state() == (3, None)


@pytest.mark.parametrize("revision", [10**30, -1, True])
def test_a_stored_revision_that_no_server_has_keeps_no_later_one_out(hearing, tmp_path, revision):
    home = Home(tmp_path)
    home.write(home.remote_config_file, {"revision": revision, "interval_s": 60.0})
    remote_config = hearing()
    assert (remote_config.load(), remote_config.revision) == (OWN, 0)
    remote_config.receive({"revision": 1, "interval_s": 20.0})
    assert remote_config.revision == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"interval_s": 0}, "interval_s must be from 0.1 to 86400"),
        ({"interval_s": 60, "delivery": {"when": "never"}}, "when must be one of"),
        ({"interval_s": 60, "delivery": {"wen": "asked"}}, "Did you mean 'when'?"),
        ({"interval_s": 60, "schedule": 7}, "schedule must be a table"),
        ({"interval_s": "60"}, "interval_s must be a number"),
    ],
)
def test_one_value_that_cant_work_refuses_all_of_it_with_the_reason(hearing, settings, message):
    remote_config = hearing()
    remote_config.receive({"revision": 5, **settings})
    assert (remote_config.applied, remote_config.revision) == ([], 0)
    assert remote_config.error.revision == 5
    assert message in remote_config.error.message
    remote_config.receive({"revision": 6, "interval_s": 20})
    assert (remote_config.error, remote_config.revision, remote_config.applied[0].interval_s) == (
        None,
        6,
        20.0,
    )


@pytest.mark.parametrize(
    "message", [None, 3, {}, {"revision": "2"}, {"revision": True}, {"revision": 0, "interval_s": 1}]
)
def test_what_is_no_newer_configuration_changes_nothing(hearing, message):
    remote_config = hearing()
    remote_config.receive(message)
    assert (remote_config.applied, remote_config.revision, remote_config.error) == ([], 0, None)


def test_a_table_that_is_missing_stays_as_the_agents_own_file_has_it(hearing):
    remote_config = hearing(Config(interval_s=10.0, reserve_mib=7.0))
    remote_config.receive({"revision": 1, "delivery": {"when": "asked"}})
    [config] = remote_config.applied
    assert (config.interval_s, config.reserve_mib, config.delivery.when) == (10.0, 7.0, "asked")


def test_whatever_settings_raise_the_last_that_worked_stay_in_force(tmp_path):
    applied = []

    def apply(config: Config) -> None:
        applied.append(config.interval_s)
        if config.interval_s == 66:
            raise OverflowError("date value out of range")

    def rehearse(config: Config) -> None:
        if config.interval_s == 77:
            raise RecursionError("maximum recursion depth exceeded")

    remote_config = RemoteConfig(Home(tmp_path), OWN, apply=apply, rehearse=rehearse)
    remote_config.receive({"revision": 1, "interval_s": 20})
    for revision, interval_s, name in ((2, 66, "OverflowError"), (3, 77, "RecursionError")):
        remote_config.receive({"revision": revision, "interval_s": interval_s})
        assert remote_config.revision == 1
        assert remote_config.error.revision == revision
        assert name in remote_config.error.message
        assert applied[-1] == 20.0
    assert RemoteConfig(Home(tmp_path), OWN).load().interval_s == 20.0


def test_settings_that_fail_after_a_restart_give_way_to_those_before_them(tmp_path):
    before = RemoteConfig(Home(tmp_path), OWN)
    before.receive({"revision": 1, "interval_s": 20})
    before.receive({"revision": 2, "interval_s": 30})

    def rehearse(config: Config) -> None:
        if config.interval_s == 30:
            raise OverflowError("date value out of range")

    again = RemoteConfig(Home(tmp_path), OWN, rehearse=rehearse)
    assert again.load().interval_s == 20.0
    assert (again.revision, again.error.revision) == (1, 2)


def night(number: int) -> dict[str, object]:
    """A configuration as the server sends it, with a schedule of its own."""
    return {"revision": number, "schedule": {"windows": [f"0{number}:00..0{number}:30"]}}


def fail(remote_config: RemoteConfig, config: Config) -> None:
    """Do what the capture thread does when it can't use the settings of a configuration."""
    remote_config.reject(config.schedule, config.exposure, "They can't be evaluated.")


def test_settings_that_fail_later_are_reported_and_not_taken_again(hearing):
    remote_config = hearing()
    remote_config.receive(night(1))
    remote_config.receive(night(2))
    first, second = remote_config.applied
    fail(remote_config, second)
    assert (remote_config.revision, remote_config.error.revision) == (1, 2)
    assert remote_config.applied[-1] == first
    remote_config.receive(night(2))
    assert remote_config.revision == 1
    remote_config.receive(night(3))
    assert remote_config.state() == (3, None)


def test_settings_that_fail_after_newer_ones_were_received_say_nothing_about_these(hearing):
    remote_config = hearing()
    remote_config.receive(night(1))
    remote_config.receive(night(2))
    fail(remote_config, remote_config.applied[0])
    assert remote_config.state() == (2, None)
    assert len(remote_config.applied) == 2


def test_settings_that_fail_while_they_are_put_in_force_are_those_that_are_reported(tmp_path):
    capturing, applied = [], []

    def apply(config: Config) -> None:
        applied.append(config)
        if len(applied) == 2:
            capturing.append(threading.Thread(target=fail, args=(remote_config, config)))
            capturing[0].start()
            capturing[0].join(0.2)  # it can only end now if nothing keeps it from that

    remote_config = RemoteConfig(Home(tmp_path), OWN, apply=apply)
    remote_config.receive(night(1))
    remote_config.receive(night(2))
    capturing[0].join()
    revision, error = remote_config.state()
    assert (revision, error.revision) == (1, 2)
    assert applied[-1] == applied[0]


def test_the_agents_own_settings_that_fail_are_not_put_in_force_again_and_again(hearing):
    remote_config = hearing()
    remote_config.receive(night(1))
    fail(remote_config, remote_config.applied[0])
    assert remote_config.applied[-1] == OWN
    fail(remote_config, OWN)
    assert len(remote_config.applied) == 2


@pytest.mark.parametrize("revision", [2**31, 10**400])
def test_a_revision_beyond_the_protocols_range_is_no_configuration(hearing, revision):
    remote_config = hearing()
    remote_config.receive({"revision": revision, "interval_s": 20})
    assert (remote_config.revision, remote_config.applied) == (0, [])


def test_stored_settings_that_this_agent_cant_take_leave_its_own_settings(hearing, tmp_path):
    (tmp_path / "remote_config.json").write_text('{"revision": 9, "interval_s": -1}')
    remote_config = hearing()
    assert remote_config.load() == OWN
    assert remote_config.error.revision == 9
    (tmp_path / "remote_config.json").write_text("damaged")
    assert hearing().load() == OWN
