"""The conformance suite of stores: subclass it and provide a fixture `store`."""

# ruff: noqa: D102 - tests are documented by their names

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from eliot_progress.testing.samples import TASK, part_message, sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eliot_progress.messages import Outcome
    from eliot_progress.stores.base import Store


class StoreConformance:
    """The tests that every store passes: `class TestMine(StoreConformance)` with a fixture `store`, empty."""

    def test_the_newest_state_wins_whatever_the_order(self, store: Store) -> None:
        for seq in (3, 1, 2, 3):
            store.record(sample(seq, done=seq * 10))
        state = store.get(f"{TASK}@/2")
        assert state is not None
        assert state.done == 30

    def test_every_field_is_returned_as_it_was_reported(self, store: Store) -> None:
        store.record(sample(1, done=1.5, total=None, eta_s=(1.0, 2.5), note='ü "quoted" \\', rate=0.25))
        state = store.get(f"{TASK}@/2")
        assert state is not None
        assert (state.done, state.total, state.eta_s, state.rate) == (1.5, None, (1.0, 2.5), 0.25)
        assert state.note == 'ü "quoted" \\'

    def test_an_outcome_is_final(self, store: Store) -> None:
        store.record(sample(5, outcome="succeeded"))
        store.record(sample(6, done=1))
        state = store.get(f"{TASK}@/2")
        assert state is not None
        assert state.outcome == "succeeded"
        assert store.active() == ()

    def test_the_task_started_last_is_the_latest_of_an_object(self, store: Store) -> None:
        store.record(sample(1, level=(3,), started_at=200.0))
        store.record(sample(9, level=(2,), started_at=100.0))
        latest = store.latest("app.Movie:7")
        assert latest is not None
        assert latest.id == f"{TASK}@/3"

    def test_a_task_about_nothing_has_an_id_only(self, store: Store) -> None:
        store.record(sample(1, about=""))
        assert store.get(f"{TASK}@/2") is not None
        assert store.latest("") is None

    def test_many_objects_are_read_at_once(self, store: Store) -> None:
        for n in range(3):
            store.record(sample(1, level=(n + 2,), about=f"app.Movie:{n}"))
        found = store.latest_many(["app.Movie:2", "app.Movie:0", "app.Movie:9", "app.Movie:0"])
        assert {about: state.about for about, state in found.items()} == {
            "app.Movie:0": "app.Movie:0",
            "app.Movie:2": "app.Movie:2",
        }
        assert store.latest_many([]) == {}

    def test_active_tasks_are_newest_first_and_limited(self, store: Store) -> None:
        for n in range(2, 7):
            store.record(sample(1, level=(n,), started_at=100.0 + n, about=f"app.Movie:{n}"))
        store.record(sample(2, level=(5,), started_at=105.0, about="app.Movie:5", outcome="failed"))
        assert [state.about[-1] for state in store.active(3)] == ["6", "4", "3"]
        assert store.active(0) == ()

    def test_ended_tasks_are_last_ended_first_and_limited(self, store: Store) -> None:
        outcomes: tuple[Outcome, ...] = ("failed", "succeeded", "failed", "cancelled")
        now = time.time()
        for n, outcome in enumerate(outcomes, 2):
            store.record(sample(1, level=(n,), heartbeat_at=now + n / 100, outcome=outcome))
        store.record(sample(1, level=(9,), heartbeat_at=now))
        assert [state.id[-1] for state in store.ended(3)] == ["5", "4", "3"]
        assert [state.id[-1] for state in store.ended(outcome="failed")] == ["4", "2"]
        assert store.ended(0) == ()

    def test_a_dead_attempt_is_replaced_by_the_next_unless_it_reports_again(self, store: Store) -> None:
        store.record(sample(1, level=(2,), started_at=100.0))
        store.record(sample(1, level=(3,), started_at=200.0))
        assert [state.id[-1] for state in store.active()] == ["3"]
        store.record(sample(2, level=(3,), started_at=200.0))
        assert [state.id[-1] for state in store.active()] == ["3"]
        store.record(sample(2, level=(2,), started_at=100.0))
        assert [state.id[-1] for state in store.active()] == ["3", "2"]

    def test_the_parts_of_a_whole_are_one_state(self, store: Store) -> None:
        store.record(part_message(part=1, name="Render", share=0.5, next_by=104.0, grace_s=5.0))
        store.record(part_message(part=0, outcome="succeeded"))
        returned = store.record(part_message(part=None, sent=3))
        state = store.latest("app.Movie:7")
        assert state is not None
        assert returned is not None
        assert (state.done, state.total, state.step) == (returned.done, returned.total, returned.step)
        assert (state.done, state.total, state.step) == (1.5, 3, "Render")
        assert [each.id for each in store.active()] == [state.id]
        assert store.record(part_message(part=0, outcome="succeeded")) is None

    def test_a_whole_ends_with_its_last_part(self, store: Store) -> None:
        store.record(part_message(part=None, sent=1))
        store.record(part_message(part=0, outcome="failed", reason="disk full"))
        state = store.get(f"{TASK}@/2")
        assert state is not None
        assert (state.outcome, state.reason) == ("failed", "disk full")
        assert store.active() == ()

    def test_no_part_is_lost_when_many_end_at_once(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            ends = (part_message(part=n, outcome="succeeded") for n in range(40))
            list(pool.map(self.record_in_a_thread, [store] * 40, ends))
        store.record(part_message(part=None, sent=40))
        state = store.get(f"{TASK}@/2")
        assert state is not None
        assert (state.done, state.outcome) == (40, "succeeded")

    def record_in_a_thread(self, store: Store, message: Mapping[str, object]) -> None:
        """Record in another thread. A store with connections of a thread closes them here."""
        store.record(message)

    def test_what_is_unknown_is_none(self, store: Store) -> None:
        assert store.get("nobody@/1") is None
        assert store.latest("app.Movie:8") is None

    def test_other_and_malformed_messages_are_ignored(self, store: Store) -> None:
        store.record({"message_type": "hello", "task_uuid": "x", "task_level": [1]})
        store.record({"message_type": "progress", "seq": "many"})
        store.record({})
        assert store.active() == ()
