from __future__ import annotations

from msgspec.structs import replace

from queue_insight.collector_state import Part, decode_records
from queue_insight.history import history
from queue_insight.periods import ALL, NAMES, keys, of_queue
from queue_insight.recorded_history import MAX_SERIES, RECENT_MINUTES, HistoryRecorder
from queue_insight.stored_state import load_periods, load_series
from queue_insight.stores.base import Changes
from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.states import FULL, LONG_S, everything

HOUR = 1_800_000_000.0 // 3600 * 3600


class Recorded:
    """A recorder, and the store into which it is written."""

    def __init__(self, store=None):
        self.recorder = HistoryRecorder()
        self.store = store or MemoryStore()
        self.token = self.store.acquire("test", lease_s=LONG_S).token

    def listen(self, start, seconds):
        for step in range(int(seconds) + 1):
            self.recorder.observe(start + step, listens=True)

    def end(self, at, *, queue="movies", name="render", outcome="succeeded", run_s=2.0, wait_s=1.0):
        self.recorder.finished(queue, name, outcome, at, run_s=run_s, wait_s=wait_s)

    def write(self, now, *, again=False):
        changed = self.recorder.take_changed(now, again=again, at_once=True)
        written = replace_records(changed)
        self.store.write(written, token=self.token, lease_s=LONG_S, retention_s=LONG_S)
        return changed

    def read(self, now, **series):
        return history(store=self.store, clock=lambda: now, **series)


def replace_records(records):
    return Changes(header=everything(FULL).header, records=records)


def test_what_came_and_went_is_counted_by_queue_and_by_name():
    recorded = Recorded()
    recorded.listen(HOUR, 30)
    recorded.recorder.sent("movies", "render", HOUR)
    recorded.end(HOUR + 1)
    recorded.end(HOUR + 2, name="join", outcome="failed", run_s=None, wait_s=None)
    recorded.write(HOUR + 30)
    movies = recorded.read(HOUR + 30, queue="movies")
    assert (movies.hour.sent, movies.hour.outcomes) == (1, {"succeeded": 1, "failed": 1})
    assert (round(movies.day.run_s(0.5), 1), round(movies.month.wait_s(0.95), 1)) == (2.0, 1.0)
    assert recorded.read(HOUR + 30, name="join").hour.outcomes == {"failed": 1}
    assert recorded.read(HOUR + 30).hour.finished == 2


def test_a_span_in_which_nobody_listened_is_not_known_and_one_without_tasks_is_nothing():
    recorded = Recorded()
    assert recorded.read(HOUR, queue="movies").hour is None
    recorded.listen(HOUR, 30)
    recorded.write(HOUR + 30)
    found = recorded.read(HOUR + 30, queue="movies")
    assert (found.hour.sent, found.hour.finished, found.hour.run_s(0.5)) == (0, 0, None)
    assert found.hour.observed_s == 30.0
    assert found.day_before is None


def test_tasks_that_ended_without_any_having_been_sent_say_that_senders_are_silent():
    recorded = Recorded()
    recorded.listen(HOUR, 2)
    recorded.end(HOUR + 1)
    recorded.write(HOUR + 2)
    assert recorded.read(HOUR + 2, queue="movies").hour.sent is None


def test_today_is_compared_with_yesterday_and_the_same_day_a_week_ago():
    recorded = Recorded()
    for days, number in ((0, 3), (1, 2), (7, 1)):
        at = HOUR - days * 86_400
        recorded.listen(at, 2)
        for _ in range(number):
            recorded.end(at + 1)
        recorded.write(at + 2)
    found = recorded.read(HOUR + 2, queue="movies")
    assert [each.finished for each in (found.day, found.day_before, found.week_before)] == [3, 2, 1]
    assert found.month.finished == 6


def test_a_period_that_is_no_longer_kept_is_not_taken_for_the_one_that_has_its_key():
    recorded = Recorded()
    recorded.listen(HOUR, 2)
    recorded.end(HOUR + 1)
    recorded.write(HOUR + 2)
    assert recorded.read(HOUR + 2 + 86_400, queue="movies").hour is None


def test_the_next_collector_continues_the_periods_of_one_that_was_killed():
    first = Recorded()
    first.listen(HOUR, 10)
    first.end(HOUR + 5)
    first.write(HOUR + 10)
    second = Recorded(first.store)
    second.recorder.restore(
        load_series(first.store), load_periods(first.store, ["a:", "q:movies"], HOUR + 20)
    )
    second.listen(HOUR + 20, 10)
    second.end(HOUR + 25)
    second.write(HOUR + 30)
    found = second.read(HOUR + 30, queue="movies")
    assert (found.hour.finished, found.day.finished, found.hour.observed_s) == (2, 2, 20.0)


def test_what_a_store_did_not_take_is_written_again_once():
    recorded = Recorded()
    recorded.listen(HOUR, 2)
    recorded.end(HOUR + 1)
    lost = recorded.recorder.take_changed(HOUR + 2, again=False, at_once=True)
    recorded.end(HOUR + 61)
    recorded.write(HOUR + 62, again=True)
    assert len(lost[Part.HISTORY]) == 9
    assert recorded.read(HOUR + 62, queue="movies").hour.finished == 2
    assert not recorded.write(HOUR + 63)[Part.HISTORY]


def test_the_series_that_was_used_least_recently_goes_with_all_its_records():
    recorded = Recorded()
    for number in range(MAX_SERIES + 1):
        recorded.end(HOUR + number, queue=f"q{number}", name="render")
    changed = recorded.write(HOUR + 60)
    assert recorded.recorder.evicted == 1
    assert deleted(changed) == set(keys(of_queue("q0"), HOUR, HOUR + MAX_SERIES))
    (names,) = decode_records(Part.SERIES, {NAMES: changed[Part.SERIES][NAMES]}).values()
    assert len(names) == MAX_SERIES + 1  # and one task name


def test_a_series_that_an_earlier_collector_counted_goes_with_all_its_records_too():
    recorded = Recorded()
    recorded.recorder.restore({of_queue("q0"): HOUR - 1}, ())
    for number in range(1, MAX_SERIES + 1):
        recorded.end(HOUR + number, queue=f"q{number}", name="render")
    assert deleted(recorded.write(HOUR + 60)) == set(keys(of_queue("q0"), 0, HOUR + 60))


def test_names_that_come_and_go_all_the_time_have_few_records():
    recorded = Recorded()
    for number in range(10 * MAX_SERIES):
        recorded.end(HOUR + number / 100, name=f"n{number % (2 * MAX_SERIES)}")
    changed = recorded.write(HOUR + 15)
    assert recorded.recorder.evicted == 9 * MAX_SERIES
    assert len(changed[Part.HISTORY]) < 10 * MAX_SERIES


def deleted(changed):
    return {key for key, record in changed[Part.HISTORY].items() if record is None}


def test_the_last_minutes_say_what_came_in_and_went_out_and_where_nobody_listened():
    recorded = Recorded()
    recorded.listen(HOUR, 59)
    recorded.recorder.sent("movies", "render", HOUR + 1)
    recorded.end(HOUR + 70)  # nobody listened from here
    recorded.listen(HOUR + 90, 150)
    recorded.write(HOUR + 240)
    recent = recorded.recorder.recent()["movies"]
    assert (recent.last, len(recent.sent)) == (HOUR + 180, RECENT_MINUTES)
    assert recent.sent[-5:] == (None, 1, None, 0, 0)
    assert recent.finished[-5:] == (None, 0, None, 0, 0)
    again = HistoryRecorder()
    again.restore_recent({"movies": recent})
    assert again.recent() == {"movies": replace(recent)}


def test_what_a_killed_collector_counted_last_is_missing_and_not_called_observed():
    killed = Recorded()
    killed.listen(HOUR, 40)
    killed.end(HOUR + 30)
    killed.write(HOUR + 40)
    for step in range(41, 53):
        killed.recorder.observe(HOUR + step, listens=True)
        killed.end(HOUR + step)  # not written any more
    after = Recorded(killed.store)
    periods = list(load_periods(after.store, [ALL, of_queue("movies")], HOUR + 55))
    after.recorder.restore({of_queue("movies"): HOUR + 30.0}, periods)
    after.listen(HOUR + 55, 100)
    after.write(HOUR + 155)
    found = after.read(HOUR + 155, queue="movies").hour
    assert (found.finished, found.observed_s) == (1, 140.0)
    assert after.recorder.recent()["movies"].finished[-2:] == (None, 0)
