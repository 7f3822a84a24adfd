from __future__ import annotations

import pytest

from camera_agent.errors import SpoolError
from camera_agent.host.clock import Clock
from camera_agent.remote import log_buffer as module
from camera_agent.remote.log_buffer import LogBuffer


@pytest.fixture
def log():
    return LogBuffer(Clock())


def reported(records) -> list[str]:
    found, last = records.batch()
    records.delete_up_to(last)
    return [record["data"]["message_type"] for record in found]


def test_what_is_worth_it_is_reported_by_itself_and_the_rest_when_asked(filled, log):
    records = filled.spool.records
    for name in ("camera:trouble", "http:request", "camera:run:heartbeat", "camera:recovered"):
        log({"message_type": name})
    log.flush(records)
    assert reported(records) == ["camera:trouble", "camera:recovered"]
    log.flush(records)
    assert reported(records) == []
    assert log.collect(records) == (4, 0)
    assert reported(records)[1] == "http:request"
    assert log.collect(records) == (0, 0)


def test_what_a_command_caused_is_reported_whole(filled, log):
    for task, kind in (("other", "camera:capture"), ("click", "camera:command"), ("click", "context:send")):
        log({"action_type": kind, "action_status": "started", "task_uuid": task})
    log({"message_type": "progress", "task_uuid": "click"})
    log.flush(filled.spool.records)
    found, _ = filled.spool.records.batch()
    assert [record["data"]["action_type"] for record in found] == ["camera:command", "context:send"]


def test_a_flood_is_cut_and_its_size_reported(filled, log):
    for number in range(module.MAX_REPORTED + 7):
        log({"message_type": "camera:trouble", "n": number})
    log.flush(filled.spool.records)
    found, _ = filled.spool.records.batch()
    assert found[-1]["data"] == {"message_type": "camera:log_left_out", "messages": 7}
    assert found[0]["data"]["n"] == 7


def test_messages_that_json_has_not_are_reported_as_text(filled, log):
    log({"message_type": "camera:trouble", "value": float("nan"), "thing": object})
    log.flush(filled.spool.records)
    [record], _ = filled.spool.records.batch()
    assert record["data"]["value"] == "nan"


class FullCard:
    """Records on a card that takes nothing."""

    def log(self, _messages):
        raise SpoolError("The card is full.")


def test_what_a_full_card_did_not_take_is_said_to_be_left_out(filled, log):
    log({"message_type": "camera:trouble"})
    log({"message_type": "camera:trouble"})
    with pytest.raises(SpoolError):
        log.flush(FullCard())
    log.flush(filled.spool.records)
    found, _ = filled.spool.records.batch()
    assert [record["data"] for record in found] == [{"message_type": "camera:log_left_out", "messages": 2}]


def test_what_was_asked_for_while_the_card_was_full_can_be_asked_for_again(filled, log):
    log({"message_type": "http:request"})
    with pytest.raises(SpoolError):
        log.collect(FullCard())
    assert log.collect(filled.spool.records) == (1, 0)


def test_what_is_asked_for_counts_the_older_ones_that_are_not_kept(filled, log):
    for number in range(module.MAX_KEPT + 3):
        log({"message_type": "http:request", "n": number})
    assert log.collect(filled.spool.records) == (module.MAX_KEPT, 3)
    assert log.collect(filled.spool.records) == (0, 0)


def test_asking_for_the_newest_drops_none_that_was_to_be_reported(filled, log):
    log({"message_type": "camera:trouble"})
    for _ in range(module.MAX_KEPT):
        log({"message_type": "http:request"})
    assert log.collect(filled.spool.records) == (module.MAX_KEPT + 1, 0)
    assert reported(filled.spool.records)[0] == "camera:trouble"


def test_what_arrives_while_a_full_card_is_asked_drops_the_oldest(filled, log):
    class FullCardAndMore:
        def log(self, _messages):
            log({"message_type": "http:request", "n": "new"})
            raise SpoolError("The card is full.")

    for number in range(module.MAX_KEPT):
        log({"message_type": "http:request", "n": number})
    with pytest.raises(SpoolError):
        log.collect(FullCardAndMore())
    assert log.collect(filled.spool.records) == (module.MAX_KEPT, 1)
    found, _ = filled.spool.records.batch()
    assert (found[0]["data"]["n"], found[-1]["data"]["n"]) == (1, "new")
