from __future__ import annotations

import pytest

from camera_agent.config import Config
from camera_agent.home import Home
from camera_agent.wishes import Wishes
from tests.golden import golden

OWN = Config(interval_s=10.0)


@pytest.fixture
def hearing(tmp_path):
    def hearing(own: Config = OWN) -> Wishes:
        wishes = Wishes(Home(tmp_path), own)
        wishes.adopted = []
        wishes.adopt = wishes.adopted.append
        return wishes

    return hearing


def test_the_golden_configuration_is_taken_whole(hearing):
    wishes = hearing()
    wishes.hear(golden("heartbeat_answer_full")["config"])
    [config] = wishes.adopted
    assert (wishes.revision, wishes.error, config.interval_s) == (2, None, 30.0)
    assert (config.delivery.rate_kib_s, config.schedule.windows) == (512.0, ("06:00..20:00",))


def test_what_was_wished_last_holds_after_a_restart(hearing):
    hearing().hear({"revision": 3, "interval_s": 60.0})
    again = hearing()
    assert again.recall().interval_s == 60.0
    assert again.revision == 3


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"interval_s": 0}, "interval_s must be more than 0"),
        ({"interval_s": 60, "delivery": {"when": "never"}}, "when must be one of"),
        ({"interval_s": 60, "delivery": {"wen": "asked"}}, "Did you mean 'when'?"),
        ({"interval_s": 60, "schedule": 7}, "schedule must be a table"),
        ({"interval_s": "60"}, "interval_s must be a number"),
    ],
)
def test_one_value_that_cant_work_refuses_all_of_it_with_the_reason(hearing, wish, message):
    wishes = hearing()
    wishes.hear({"revision": 5, **wish})
    assert (wishes.adopted, wishes.revision) == ([], 0)
    assert wishes.error["revision"] == 5
    assert message in wishes.error["message"]
    wishes.hear({"revision": 6, "interval_s": 20})
    assert (wishes.error, wishes.revision, wishes.adopted[0].interval_s) == (None, 6, 20.0)


@pytest.mark.parametrize(
    "wish", [None, 3, {}, {"revision": "2"}, {"revision": True}, {"revision": 0, "interval_s": 1}]
)
def test_what_is_no_newer_configuration_changes_nothing(hearing, wish):
    wishes = hearing()
    wishes.hear(wish)
    assert (wishes.adopted, wishes.revision, wishes.error) == ([], 0, None)


def test_a_table_that_is_missing_stays_as_the_agents_own_file_has_it(hearing):
    wishes = hearing(Config(interval_s=10.0, reserve_mib=7.0))
    wishes.hear({"revision": 1, "delivery": {"when": "asked"}})
    [config] = wishes.adopted
    assert (config.interval_s, config.reserve_mib, config.delivery.when) == (10.0, 7.0, "asked")


def test_kept_wishes_that_this_agent_cant_take_leave_its_own_settings(hearing, tmp_path):
    (tmp_path / "wished.json").write_text('{"revision": 9, "interval_s": -1}')
    wishes = hearing()
    assert wishes.recall() == OWN
    assert wishes.error["revision"] == 9
    (tmp_path / "wished.json").write_text("damaged")
    assert hearing().recall() == OWN
