from __future__ import annotations

from queue_insight.periods import DAY, HOUR, MINUTE, RESOLUTIONS, key, keys, of_name, of_queue


def test_minutes_are_kept_for_a_day_hours_for_a_month_and_days_for_two_years():
    kept = {each.code: each.kept * each.period_s / 86_400 for each in RESOLUTIONS}
    assert kept == {"m": 1, "h": 31, "d": 731}


def test_a_key_comes_again_only_when_its_period_is_no_longer_kept():
    for resolution in RESOLUTIONS:
        starts = [n * resolution.period_s for n in range(resolution.kept + 1)]
        found = [key(resolution, "q:a", start) for start in starts]
        assert len(set(found[:-1])) == resolution.kept
        assert found[0] == found[-1]


def test_a_series_that_was_counted_for_two_seconds_has_few_keys():
    span = (MINUTE.start(1e9) - 1, MINUTE.start(1e9) + 1)
    assert keys(of_queue("a"), *span) == [
        *(key(MINUTE, of_queue("a"), start) for start in span),
        key(HOUR, of_queue("a"), span[0]),
        key(DAY, of_queue("a"), span[0]),
    ]


def test_all_keys_of_a_series_are_known():
    every = set(keys(of_queue("a"), 0, 1e9))
    assert len(every) == MINUTE.kept + HOUR.kept + DAY.kept
    assert key(HOUR, of_queue("a"), HOUR.start(1e9)) in every
    assert key(HOUR, of_name("a"), HOUR.start(1e9)) not in every
