from __future__ import annotations

import pytest

from queue_insight.observed_rates import MAX_ARRIVING_NAMES, MAX_NAMES, MAX_SAMPLES, Arrivals, RunTimes


def arrivals(*times, name="work.do"):
    found = Arrivals()
    for at in times:
        found.add(name, at)
    return found


def test_what_arrives_steadily_goes_on_arriving():
    steady = arrivals(*(at / 2 for at in range(2 * 240)))
    assert steady.per_s(240.0) == {"work.do": pytest.approx(2.0)}


def test_a_batch_that_was_sent_at_once_does_not_go_on_arriving():
    assert arrivals(*[110.0] * 500).per_s(121.0) == {}


def test_what_no_longer_arrives_is_forgotten():
    steady = arrivals(*map(float, range(240)))
    assert steady.per_s(400.0) == {}


def test_a_rate_is_shared_out_to_the_names():
    both = arrivals(*map(float, range(240)))
    for at in range(0, 240, 2):
        both.add("work.late", 240.0 + at)
        both.add("work.do", 240.0 + at)
    assert both.per_s(480.0) == {"work.do": pytest.approx(0.5), "work.late": pytest.approx(0.5)}


def test_names_and_samples_are_bounded():
    many = Arrivals()
    for n in range(3 * MAX_ARRIVING_NAMES):
        many.add(f"n{n}", 10.0)
        many.add(f"n{n}", 30.0)
        many.add(f"n{n}", 50.0)
        many.add(f"n{n}", 70.0)
    assert len(many.per_s(100.0)) == MAX_ARRIVING_NAMES + 1
    times = RunTimes()
    for n in range(MAX_NAMES + 3):
        for _ in range(MAX_SAMPLES + 3):
            times.add(f"n{n}", 1.0)
    assert len(times.all()) == MAX_NAMES
    assert {len(sample) for sample in times.all().values()} == {MAX_SAMPLES}
    assert "n0" not in times.all()


def test_the_times_that_an_earlier_collector_saved_count_on():
    times = RunTimes()
    times.restore({"work.do": (1.0, 2.0)})
    times.add("work.do", 3.00049)
    assert times.all() == {"work.do": (1.0, 2.0, 3.0)}
