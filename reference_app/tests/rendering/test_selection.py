from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.protocol.windows import Place
from timelapse.rendering.selection import FrameFacts, Selection, select

BERLIN = Place(timezone="Europe/Berlin", latitude=52.5, longitude=13.4)
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def every(step: timedelta, count: int, **known: object) -> list[FrameFacts]:
    return [FrameFacts(captured_at=MONDAY + number * step, **known) for number in range(count)]  # type: ignore[arg-type]


def times(facts: list[FrameFacts], **options: object) -> list[str]:
    selected = select(facts, Selection(**options), BERLIN, 30)  # type: ignore[arg-type]
    return [f"{facts[number].captured_at:%a %H:%M}" for number in selected.kept]


def counts(facts: list[FrameFacts], **options: object) -> dict[str, int]:
    return {note.code: note.frames for note in select(facts, Selection(**options), BERLIN, 30).notes}  # type: ignore[arg-type]


def test_without_options_every_frame_is_shown() -> None:
    assert select(every(timedelta(hours=1), 50), Selection(), BERLIN, 30).kept == tuple(range(50))


def test_times_are_those_of_the_cameras_zone() -> None:
    facts = every(timedelta(hours=1), 24)
    assert times(facts, windows=("12:00..14:00",)) == ["Mon 10:00", "Mon 11:00"]
    assert counts(facts, windows=("12:00..14:00",)) == {"other_time": 22}


def test_a_night_belongs_to_the_evening_on_which_it_begins() -> None:
    shown = times(every(timedelta(hours=3), 30), windows=("tue 22:00..06:00",))
    assert shown == ["Tue 21:00", "Wed 00:00", "Wed 03:00"]


def test_days_of_the_week_and_the_sun_are_honored() -> None:
    facts = every(timedelta(hours=4), 42)
    assert {time[:3] for time in times(facts, windows=("sat,sun 00:00..24:00",))} == {"Sat", "Sun"}
    assert times(facts[:6], windows=("sunrise..sunset",)) == [
        "Mon 04:00",
        "Mon 08:00",
        "Mon 12:00",
        "Mon 16:00",
    ]


def test_dark_frames_are_left_out_and_unknown_ones_are_shown_and_said() -> None:
    facts = [FrameFacts(captured_at=MONDAY, luma_ev=luma) for luma in (-1.0, -9.0, None)]
    selected = select(facts, Selection(skip_dark=True), BERLIN, 30)
    assert selected.kept == (0, 2)
    assert [(note.code, note.frames, note.left_out) for note in selected.notes] == [
        ("dark", 1, True),
        ("not_measured", 1, False),
    ]


def test_a_frame_that_is_much_less_sharp_than_its_neighbors_is_left_out() -> None:
    facts = [
        FrameFacts(captured_at=MONDAY, luma_ev=-1.0, sharpness=0.1 if number == 7 else 0.3 + number / 100)
        for number in range(20)
    ]
    assert select(facts, Selection(skip_blurred=True), BERLIN, 30).kept == (*range(7), *range(8, 20))


def test_pictures_that_show_the_same_are_shown_once() -> None:
    prints = ["00000000000000ff", "00000000000000fe", "00000000000000ff", "ff000000000000ff", ""]
    facts = [FrameFacts(captured_at=MONDAY, luma_ev=-1.0, fingerprint=each) for each in prints]
    assert select(facts, Selection(skip_duplicates=True), BERLIN, 30).kept == (0, 3, 4)


def test_the_same_view_in_another_light_is_no_duplicate() -> None:
    facts = [FrameFacts(captured_at=MONDAY, luma_ev=luma, fingerprint="0" * 16) for luma in (-1.0, -2.0)]
    assert select(facts, Selection(skip_duplicates=True), BERLIN, 30).kept == (0, 1)


def test_the_sharpest_of_each_hour_is_kept() -> None:
    facts = [
        FrameFacts(captured_at=MONDAY + timedelta(minutes=20 * number), sharpness=sharpness)
        for number, sharpness in enumerate([0.1, 0.3, 0.2, 0.5, None, 0.4])
    ]
    assert select(facts, Selection(best_of_hour=True), BERLIN, 30).kept == (1, 3)


def test_every_nth_and_a_length_thin_out_evenly() -> None:
    facts = every(timedelta(minutes=1), 1000)
    assert select(facts, Selection(every=100), BERLIN, 30).kept == tuple(range(0, 1000, 100))
    kept = select(facts, Selection(length_s=4), BERLIN, 25).kept
    assert len(kept) == 100
    assert kept == tuple(range(0, 1000, 10))
    assert counts(facts, every=100, length_s=1) == {"every": 990}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"windows": ("noonish",)}, "windows"),
        ({"windows": ("06:00..07:00",) * 21}, "windows"),
        ({"windows": ("x" * 200,)}, "windows"),
        ({"every": 0}, "every"),
        ({"length_s": float("nan")}, "length_s"),
        ({"length_s": 0.5}, "length_s"),
    ],
)
def test_what_cant_be_is_refused_by_its_field(options: dict[str, object], field: str) -> None:
    assert list(Selection(**options).validation_errors()) == [field]  # type: ignore[arg-type]


def test_a_selection_survives_json() -> None:
    made = Selection(windows=("06:00..20:00",), skip_dark=True, every=3)
    assert Selection.from_json(made.to_json()) == made
    assert Selection.from_json(Selection().to_json()) == Selection()


@given(
    st.lists(
        st.builds(
            FrameFacts,
            captured_at=st.datetimes(datetime(1970, 1, 3), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            luma_ev=st.none() | st.floats(-14, 0),
            sharpness=st.none() | st.floats(0, 2),
            fingerprint=st.sampled_from(["", "0" * 16, "f" * 16]),
        ),
        max_size=30,
    ),
    st.builds(
        Selection,
        windows=st.sampled_from([(), ("06:00..20:00",), ("mon 22:00..06:00",)]),
        skip_dark=st.booleans(),
        skip_blurred=st.booleans(),
        skip_duplicates=st.booleans(),
        best_of_hour=st.booleans(),
        every=st.integers(1, 5),
        length_s=st.none() | st.floats(1, 2),
    ),
)
def test_every_frame_is_shown_or_counted_once(facts: list[FrameFacts], selection: Selection) -> None:
    selected = select(facts, selection, BERLIN, 10)
    assert list(selected.kept) == sorted(set(selected.kept))
    left_out = sum(note.frames for note in selected.notes if note.left_out)
    assert len(selected.kept) + left_out == len(facts)
    assert all(asdict(note)["frames"] > 0 for note in selected.notes)
