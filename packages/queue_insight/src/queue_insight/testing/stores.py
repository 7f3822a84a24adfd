"""The conformance suite for stores. Your own store must pass it.

from queue_insight.testing.stores import StoreConformance

class TestMyStore(StoreConformance):
    def make_store(self):
        return MyStore(...)      # empty at first; two calls in one test return views of the same store
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from queue_insight.collector_state import (
    CollectorState,
    ObservedTask,
    Part,
    decode_records,
    encode,
    encode_header,
)
from queue_insight.errors import CollectorStateUnreadableError, LeaseLostError
from queue_insight.stored_state import PAGE, load, load_all_tasks, load_tasks
from queue_insight.stores.base import Changes
from queue_insight.testing.states import FAILURES, FULL, LONG_S, MINUTE_KEY, PERIOD, changes, everything, save

if TYPE_CHECKING:
    from collections.abc import Callable

    from queue_insight.stores.base import Store

DEADLINE_S: Final = 5.0


class StoreConformance:
    """Derive a test class from it and override `make_store`; pytest collects the tests."""

    def make_store(self) -> Store:
        """Return a store that is empty at the start of each test."""
        raise NotImplementedError

    def test_an_empty_store_has_nothing(self) -> None:
        """An empty store raises no error."""
        store = self.make_store()
        _expect(load(store) is None, "an empty store must load None")
        _expect(load_all_tasks(store) == (), "an empty store must have no tasks")
        _expect(load_tasks(store, ["t1"]) == (), "an empty store must have no task")

    def test_every_field_is_loaded_as_saved(self) -> None:
        """No field is rounded, dropped or renamed."""
        store = self.make_store()
        save(store, FULL)
        _expect_state(store, FULL)

    def test_a_write_of_everything_replaces_what_was_there(self) -> None:
        """A new collector leaves nothing of the last one."""
        store = self.make_store()
        save(store, FULL)
        later = CollectorState(collected_at=2000.0, next_by=2001.0)
        save(store, later)
        _expect_state(store, later)

    def test_a_change_leaves_everything_else(self) -> None:
        """Of ten thousand tasks, a write contains those few that changed."""
        store = self.make_store()
        save(store, FULL)
        token = store.acquire("test", lease_s=LONG_S).token
        begun = ObservedTask(id="t1", name="work.do", started_at=5.0)
        added = ObservedTask(id="t9")
        store.write(
            changes(t1=begun, t2=None, t9=added, never=None), token=token, lease_s=LONG_S, retention_s=LONG_S
        )
        found = load_all_tasks(store)
        _expect(found == (begun, added), f"changed t1, deleted t2 and added t9, loaded {found}")
        stored = load(store)
        _expect(
            stored is not None and stored.state.workers == FULL.workers, "the other parts must not change"
        )

    def test_tasks_are_read_by_id(self) -> None:
        """A reader of one task reads no other."""
        store = self.make_store()
        save(store, FULL)
        found = load_tasks(store, ["t2", "unknown"])
        _expect(found == FULL.tasks[1:], f"asked for t2, loaded {found}")

    def test_the_history_is_read_by_key_and_outlives_the_collector(self) -> None:
        """Neither a new collector nor the expiry of the state deletes it, nor does one without the lease."""
        store = self.make_store()
        token = store.acquire("one", lease_s=LONG_S).token
        records = {Part.HISTORY: {MINUTE_KEY: encode(PERIOD), "m1:q:b": encode(PERIOD)}}
        store.write(
            Changes(header=encode_header(FULL), records=records),
            token=token,
            lease_s=LONG_S,
            retention_s=LONG_S,
        )
        gone = Changes(header=encode_header(FULL), records={Part.HISTORY: {"m1:q:b": None}}, replace=True)
        store.write(gone, token=token, lease_s=LONG_S, retention_s=0.05)
        _wait_until(lambda: load(store) is None, "a state stored for 0.05 s must expire")
        found = store.read_records(Part.HISTORY, [MINUTE_KEY, "m1:q:b", "unknown"])
        _expect(decode_records(Part.HISTORY, found) == {MINUTE_KEY: PERIOD}, f"loaded {found}")
        store.release(token)
        late = Changes(header=encode_header(FULL), records={Part.HISTORY: {MINUTE_KEY: None}})
        with suppress(LeaseLostError):
            store.write(late, token=token, lease_s=LONG_S, retention_s=LONG_S)
        _expect(MINUTE_KEY in store.read_records(Part.HISTORY, [MINUTE_KEY]), "an old token deleted history")

    def test_all_records_of_a_part_are_read_without_naming_their_keys(self) -> None:
        """Failures are read so: their keys are known to nobody."""
        store = self.make_store()
        _expect(store.read_records(Part.FAILURES, None) == {}, "an empty store must have no failures")
        token = store.acquire("test", lease_s=LONG_S).token
        written = {key: encode(FAILURES) for key in ("g1", "g2", "g3")}
        first = Changes(header=encode_header(FULL), records={Part.FAILURES: written})
        store.write(first, token=token, lease_s=LONG_S, retention_s=LONG_S)
        changed = replace(FAILURES, count=9)
        second = Changes(
            header=encode_header(FULL), records={Part.FAILURES: {"g2": encode(changed), "g3": None}}
        )
        store.write(second, token=token, lease_s=LONG_S, retention_s=LONG_S)
        save(store, FULL)
        found = decode_records(Part.FAILURES, store.read_records(Part.FAILURES, None))
        _expect(found == {"g1": FAILURES, "g2": changed}, f"changed g2 and deleted g3, loaded {found}")

    def test_at_least_half_of_the_notes_of_senders_are_kept_and_never_more_than_all(self) -> None:
        """Any process may note what it sent, with the lease or without; the last ones are found by id."""
        store = self.make_store()
        _expect(store.read_sent(["t1"]) == {}, "an empty store must have no note")
        if not store.keeps_notes:
            store.note_sent({"t1": b"note"}, causes={"t1": "c"}, most=20)
            _expect(store.read_sent(["t1"]) == {}, "a store that keeps no notes must return none")
            _expect(not store.caused("c", limit=9), "a store that keeps no notes must know no cause")
            return
        ids = [f"t{number}" for number in range(95)]
        for each in ids:
            store.note_sent({each: each.encode()}, causes={}, most=20)
        found = store.read_sent([*ids, "unknown"])
        _expect(set(ids[-10:]) <= found.keys(), f"the last 10 of 95 must be kept, found {sorted(found)}")
        _expect(len(found) <= 21, f"at most 20 and those of one call may be kept, found {len(found)}")
        _expect(all(found[each] == each.encode() for each in found), f"the notes were changed: {found}")
        again = {ids[-1]: b"again"}
        store.note_sent(again, causes={}, most=20)
        _expect(store.read_sent([ids[-1]]) == again, "the last note of a task must count")

    def test_noted_tasks_are_found_by_their_causal_id(self) -> None:
        """Those of one cause alone, as many as asked for, as long as their notes are kept."""
        store = self.make_store()
        if not store.keeps_notes:
            return
        causes = {f"t{number}": "c\u00e9" for number in range(5)} | {"other": "c\u00e9-2", "none": ""}
        store.note_sent(dict.fromkeys(causes, b"note"), causes=causes, most=100)
        found = store.caused("c\u00e9", limit=9)
        _expect(sorted(found) == [f"t{n}" for n in range(5)], f"five tasks have the cause, found {found}")
        _expect(len(store.caused("c\u00e9", limit=2)) == 2, "no more than the limit")
        _expect(not store.caused("c", limit=9), "the beginning of a causal id must find nothing")
        _expect(not store.caused("", limit=9), "no causal id is no cause")
        for number in range(200):
            store.note_sent({f"later{number}": b"note"}, causes={f"later{number}": "later"}, most=100)
        _expect(not store.caused("c\u00e9", limit=9), "a cause must go with its notes")
        _expect(50 <= len(store.caused("later", limit=999)) <= 101, "causes are bounded as notes are")

    def test_ids_of_tasks_come_in_pages(self) -> None:
        """A page follows the last id of the one before; a prefix selects."""
        store = self.make_store()
        ids = sorted(f"{kind}{number:04}" for kind in ("a", "b", "ü") for number in range(PAGE // 2))
        tasks = tuple(ObservedTask(id=each) for each in ids)
        save(store, CollectorState(collected_at=1.0, next_by=2.0, tasks=tasks))
        first = store.task_ids(limit=3)
        _expect(list(first) == ids[:3], f"the first page is {first}")
        second = store.task_ids(after=first[-1], limit=3)
        _expect(list(second) == ids[3:6], f"the second page is {second}")
        chosen = store.task_ids(prefix="ü000", limit=99)
        _expect(list(chosen) == [f"ü000{n}" for n in range(10)], f"ids that begin with ü000: {chosen}")
        after = store.task_ids(prefix="b", after="b0001", limit=1)
        _expect(list(after) == ["b0002"], f"the id after b0001: {after}")
        _expect(len(load_all_tasks(store)) == len(ids), "all pages together must have every task")

    def test_the_age_grows_from_zero(self) -> None:
        """The age is by the store's clock, regardless of the times in the state."""
        store = self.make_store()
        save(store, FULL)
        stored = load(store)
        _expect(stored is not None and 0 <= stored.age_s < DEADLINE_S, f"a new state has the age {stored}")

        def older() -> bool:
            again = load(store)
            return again is not None and stored is not None and again.age_s > stored.age_s

        _wait_until(older, "the age must grow")

    def test_everything_expires(self) -> None:
        """Nothing remains for ever when the collector is removed."""
        store = self.make_store()
        save(store, FULL, retention_s=0.05)
        _wait_until(lambda: load(store) is None, "a state stored for 0.05 s must expire")
        _wait_until(lambda: not store.task_ids(limit=9), "ids stored for 0.05 s must expire")
        _expect(load_tasks(store, ["t1"]) == (), "tasks stored for 0.05 s must expire")

    def test_a_reader_of_another_version_says_so(self) -> None:
        """A reader never takes the fields of another version for its own."""
        store = self.make_store()
        token = store.acquire("test", lease_s=LONG_S).token
        later = Changes(header=b'{"v": 99, "header": {"more": 1}}', records={Part.WORKERS: {"w": b"[1]"}})
        store.write(later, token=token, lease_s=LONG_S, retention_s=LONG_S)
        try:
            found = load(store)
        except CollectorStateUnreadableError as error:
            _expect("version 99" in str(error), f"the error must name the version: {error}")
        else:
            _expect(holds=False, sentence=f"loaded {found} from a state of version 99")

    def test_a_record_that_does_not_fit_is_left_out_and_counted(self) -> None:
        """One bad record hides no other."""
        store = self.make_store()
        save(store, FULL)
        token = store.acquire("test", lease_s=LONG_S).token
        bad = Changes(header=encode_header(FULL), records={Part.WORKERS: {"w": b'["w",-1]', "v": b"{"}})
        store.write(bad, token=token, lease_s=LONG_S, retention_s=LONG_S)
        stored = load(store)
        _expect(
            stored is not None and stored.unreadable == 2 and stored.state == replace(FULL, tasks=()),
            f"wrote two bad workers, loaded {stored}",
        )

    def test_one_holder_has_the_lease(self) -> None:
        """Others learn who it is."""
        store, again = self.make_store(), self.make_store()
        lease = store.acquire("one", lease_s=LONG_S)
        _expect(lease.holder == "one", f"the lease of an empty store went to {lease}")
        _expect(again.acquire("two", lease_s=LONG_S) == lease, "the lease of one must not go to two")

    def test_a_lease_that_has_expired_goes_to_another_one(self) -> None:
        """After that no write of the first one is accepted, however late."""
        store = self.make_store()
        first = store.acquire("one", lease_s=0.05)
        _wait_until(lambda: store.acquire("two", lease_s=LONG_S).holder == "two", "a lease must expire")
        _expect_refused(store, first.token)
        second = store.acquire("two", lease_s=LONG_S)
        _expect(second.token > first.token, f"the token must grow, it was {first} and is {second}")
        store.write(everything(FULL), token=second.token, lease_s=LONG_S, retention_s=LONG_S)
        _expect_refused(store, first.token)
        _expect_state(store, FULL)

    def test_a_write_renews_the_lease(self) -> None:
        """A collector that writes in time keeps it."""
        store = self.make_store()
        token = store.acquire("one", lease_s=LONG_S).token
        store.write(everything(FULL), token=token, lease_s=0.05, retention_s=LONG_S)
        _wait_until(lambda: store.acquire("two", lease_s=LONG_S).holder == "two", "it lasts from the write")

    def test_a_released_lease_is_free(self) -> None:
        """A collector that stops keeps no other waiting, and can't write any more."""
        store = self.make_store()
        token = store.acquire("one", lease_s=LONG_S).token
        store.release(token - 1)
        _expect(store.acquire("two", lease_s=LONG_S).holder == "one", "an old token must release nothing")
        store.release(token)
        _expect_refused(store, token)
        _expect(store.acquire("two", lease_s=LONG_S).holder == "two", "a released lease must be free")


def _expect_state(store: Store, state: CollectorState) -> None:
    stored, tasks = load(store), load_all_tasks(store)
    _expect(
        stored is not None and stored.state == replace(state, tasks=()) and tasks == state.tasks,
        f"saved {state}, loaded {stored} and {tasks}",
    )


def _expect_refused(store: Store, token: int) -> None:
    try:
        store.write(changes(t1=None), token=token, lease_s=LONG_S, retention_s=LONG_S)
    except LeaseLostError:
        return
    _expect(holds=False, sentence=f"the write with the old token {token} was accepted")


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


def _wait_until(holds: Callable[[], bool], sentence: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        _expect(time.monotonic() < deadline, f"{sentence} (waited {DEADLINE_S:g} s)")
        time.sleep(0.01)
