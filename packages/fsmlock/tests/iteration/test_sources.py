from __future__ import annotations

import pytest
from django.db.models import F

import fsmlock
from fsmlock.iteration.sources import Counted, CsvRows, Listed, Nested, Only, Rows, as_source
from tests.shop.models import Film, Frame, GoldenTicket


def pairs(source, cursor=None):
    return list(source.after(cursor))


@pytest.mark.parametrize(
    ("source", "items"),
    [
        (Listed("abc"), ["a", "b", "c"]),
        (Counted({"x": 1, "y": 2}), ["x", "y"]),
        (Nested([1, 2], lambda n: [n * 10, n * 10 + 1]), [10, 11, 20, 21]),
        (Only(Listed("abcd"), [1, 3]), ["b", "d"]),
    ],
)
def test_after_any_cursor_come_exactly_the_remaining_items(source, items):
    everything = pairs(source)
    assert [item for _, item in everything] == items
    for n, (cursor, _) in enumerate(everything):
        assert [item for _, item in pairs(source, cursor)] == items[n + 1 :]


def test_rows_are_read_in_chunks_and_resumed(db):
    Film.objects.bulk_create(Film(name=str(n)) for n in range(7))
    source = Rows(Film.objects.all(), chunk=3)
    everything = pairs(source)
    assert [film.name for _, film in everything] == [str(n) for n in range(7)]
    assert source.count() == 7
    assert [film.name for _, film in pairs(source, everything[4][0])] == ["5", "6"]


def test_a_table_is_counted_and_resumed(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n2\n3\n")
    assert CsvRows(path).count() == 3
    assert [row for _, row in pairs(CsvRows(path), 0)] == [{"a": "2"}, {"a": "3"}]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (lambda: {1, 2}, "no order"),
        (lambda: iter([1]), "be restarted"),
        (lambda: Film.objects.order_by("name"), "can't resume"),
        (lambda: Film.objects.order_by("-pk"), "can't resume"),
        (lambda: Film.objects.all()[:3], "slice"),
        (lambda: Film.objects.values("name"), "values"),
        (lambda: Film.objects.all().union(Film.objects.all()), "union"),
    ],
)
def test_what_has_no_stable_order_is_refused(items, words):
    with pytest.raises(fsmlock.ConfigurationError, match=words):
        as_source(items())


def test_a_custom_source_is_used_unchanged():
    source = Listed([1])
    assert as_source(source) is source
    assert as_source(range(3)).count() == 3
    assert Counted([]).count() is None
    assert Nested([], list).count() is None


def test_rows_in_the_order_of_a_one_to_one_relation_resume_after_its_key(db):
    for number in range(4):
        GoldenTicket.objects.create(code=f"ticket {number}", seat=str(9 - number))
    source = Rows(GoldenTicket.objects.order_by("ticket_ptr"), chunk=2)
    everything = pairs(source)
    assert [cursor for cursor, _ in everything] == [f"ticket {number}" for number in range(4)]
    assert [row.code for _, row in pairs(source, everything[1][0])] == ["ticket 2", "ticket 3"]


@pytest.mark.parametrize(
    "queryset",
    [
        lambda: Film.objects.order_by("room__name"),
        lambda: Film.objects.order_by(F("pk").asc()),
        lambda: Film.objects.annotate(n=F("pk")).order_by("n"),
        lambda: Frame.objects.order_by("film"),
    ],
)
def test_rows_in_an_order_that_can_not_resume_are_refused(db, queryset):
    with pytest.raises(fsmlock.ConfigurationError, match="can't resume"):
        Rows(queryset())
