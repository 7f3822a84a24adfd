from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

import fsmlock
from tests.shop.models import Film, Frame, find_film


def test_a_hold_refuses_the_next_with_the_reason(film):
    with fsmlock.hold(film, "render", why="Movie 7", holder="import 12") as h:
        h.check()
        assert h
        with pytest.raises(fsmlock.HoldRefused, match="import 12"):
            fsmlock.hold(film, "render").acquire()
        (held,) = fsmlock.holds_on(film)
        assert (held.lock, held.why, held.token) == ("render", "Movie 7", h.token)
    assert fsmlock.holds_on(film) == ()


def test_a_child_is_locked_by_its_parent_and_the_parent_by_its_child(film):
    frame = Frame.objects.create(film=film)
    with fsmlock.hold(film.room, "clean"), pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(frame, "process").acquire()
    with fsmlock.hold(frame, "process"):
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film.room, "clean").acquire()
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film, "render").acquire()
        with fsmlock.hold(film, "ingest"):
            pass


def test_a_broken_hold_commits_nothing(film):
    with fsmlock.hold(film, "render") as h:
        fsmlock.break_hold(film, "render", by="editor", why="wrong film")
        with pytest.raises(fsmlock.HoldLost), h.transaction():
            film.name = "never"
    assert fsmlock.holds_on(film) == ()


def test_several_objects_are_held_in_one_step_or_not_at_all(film):
    second = Film.objects.create(name="Film 2")
    with fsmlock.hold([film, second], "render") as h:
        assert len(h.tokens) == 2
        assert fsmlock.holds_on(second)
    with fsmlock.hold(second, "render"), pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold([film, second], "render").acquire()
    assert fsmlock.holds_on(film) == ()


def test_several_locks_of_one_object_are_held_at_once(film):
    with fsmlock.hold(film, "ingest", "preview"):
        assert {h.lock for h in fsmlock.holds_on(film)} == {"ingest", "preview"}


def test_reentry_is_explicit(film):
    with fsmlock.hold(film, "render") as outer:
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film, "render").acquire()
        with fsmlock.hold(film, "render", within=outer) as inner:
            assert inner.token > outer.token
        outer.check()


def test_a_decorated_function_holds_the_object_passed_as_a_parameter(film):
    @fsmlock.hold("film", "render", why="decorated")
    def render(fps, *, film):
        return fps, [h.why for h in fsmlock.holds_on(film)]

    assert render(25, film=film) == (25, ["decorated"])
    assert fsmlock.holds_on(film) == ()


def test_a_decorated_function_may_find_its_object_by_its_arguments(film):
    @fsmlock.hold(find_film, "render", policy=fsmlock.Skip())
    def render(pk):
        return len(fsmlock.all_holds())

    assert render(film.pk) == 1
    with fsmlock.hold(film, "render"):
        assert render(film.pk) is None


async def test_it_is_an_async_context_manager(async_film):
    async with fsmlock.hold(async_film, "render", why="async") as h:
        h.check()
        with pytest.raises(fsmlock.HoldRefused):
            async with fsmlock.hold(
                async_film, "render", policy=fsmlock.Wait(up_to=timedelta(milliseconds=150))
            ):
                pass
    async with fsmlock.hold(async_film, "render"):
        pass


async def test_it_decorates_coroutines(async_film):
    @fsmlock.hold("film", "render")
    async def render(film):
        return "done"

    assert await render(async_film) == "done"


def test_it_holds_until_a_decorated_generator_ends(film):
    @fsmlock.hold("film", "render")
    def steps(film):
        received = yield len(fsmlock.holds_on(film))
        yield received, len(fsmlock.holds_on(film))
        return "end"

    running = steps(film)
    assert fsmlock.holds_on(film) == ()
    assert next(running) == 1
    with pytest.raises(fsmlock.HoldRefused):
        next(steps(film))
    assert running.send("sent") == ("sent", 1)
    with pytest.raises(StopIteration, match="end"):
        next(running)
    assert fsmlock.holds_on(film) == ()
    left = steps(film)
    next(left)
    left.close()
    assert fsmlock.holds_on(film) == ()


def test_a_decorated_generator_without_its_lock_has_no_items(film):
    @fsmlock.hold("film", "render", policy=fsmlock.Skip())
    def steps(film):
        yield film

    with fsmlock.hold(film, "render"):
        assert list(steps(film)) == []
    assert list(steps(film)) == [film]


async def test_it_holds_until_a_decorated_async_generator_ends(async_film):
    @fsmlock.hold("film", "render")
    async def steps(film):
        try:
            yield "first"
        except ValueError as error:
            yield f"{error} {len(await sync_to_async(fsmlock.holds_on)(film))}"
        yield "last"

    running = steps(async_film)
    assert await anext(running) == "first"
    with pytest.raises(fsmlock.HoldRefused):
        await anext(steps(async_film))
    assert await running.athrow(ValueError("thrown")) == "thrown 1"
    assert [step async for step in running] == ["last"]
    left = steps(async_film)
    await anext(left)
    await left.aclose()
    assert await sync_to_async(fsmlock.holds_on)(async_film) == ()


def test_what_would_run_after_its_release_is_refused(film):
    async def render(film):
        return film

    def steps(film):
        yield film

    for work in (render, steps):
        late = fsmlock.hold("film", "render")(lambda film, work=work: work(film))
        with pytest.raises(fsmlock.ConfigurationError, match="would run after the release"):
            late(film)
        assert fsmlock.holds_on(film) == ()
    with pytest.raises(fsmlock.ConfigurationError, match="the class Film"):
        fsmlock.hold("film", "render")(Film)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"lock": "rendr"}, "Did you mean 'render'"),
        ({"lease": timedelta(0)}, "at least 0.1 s"),
        ({"lease": timedelta.max}, "at most a year"),
        ({"policy": "fail"}, "is not a policy"),
        ({"obj": []}, "no object"),
        ({"obj": [7]}, "takes saved objects"),
        ({"obj": Film(name="new")}, "Save it first"),
        ({"obj": "film"}, "is a decorator"),
    ],
)
def test_nonsense_is_refused_with_the_remedy(film, arguments, words):
    obj = arguments.pop("obj", film)
    lock = arguments.pop("lock", "render")
    with pytest.raises(fsmlock.ConfigurationError, match=words):
        fsmlock.hold(obj, lock, **arguments).acquire()


def test_a_deleted_object_can_not_be_held(film):
    film.delete()
    with pytest.raises(fsmlock.ConfigurationError, match="Save it first"):
        fsmlock.hold(film, "render").acquire()


def test_a_parameter_that_is_left_to_its_default_is_held(film):
    @fsmlock.hold("film", "render")
    def render(film=film):
        return fsmlock.holds_on(film)

    assert [each.lock for each in render()] == ["render"]
    assert [each.lock for each in render(film)] == ["render"]


def test_a_parameter_that_is_left_to_a_default_without_an_object_is_refused(db):
    @fsmlock.hold("film", "render")
    def render(film=None):
        return film

    with pytest.raises(fsmlock.ConfigurationError, match="takes saved objects, not None"):
        render()


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_a_text_that_no_store_can_keep_is_kept_without_its_odd_characters(film, text):
    with fsmlock.hold(film, "render", why=text, holder=text):
        (held,) = fsmlock.holds_on(film)
        assert (held.why, held.holder) == ("a?b", "a?b")
        (asked,) = fsmlock.cancel(film, "render", by=text * 100, why=text)
        assert asked.claim == held.claim
        (held,) = fsmlock.holds_on(film)
        assert (held.cancel_requested_by, held.cancel_why) == (("a?b" * 100)[:200], "a?b")


def test_a_decorator_refuses_a_parameter_that_does_not_exist():
    with pytest.raises(fsmlock.ConfigurationError, match="no parameter 'flim'"):
        fsmlock.hold("flim", "render")(lambda film: film)


def test_skip_and_wait(film):
    with fsmlock.hold(film, "render"):
        with fsmlock.hold(film, "render", policy=fsmlock.Skip()) as h:
            assert not h
            assert h.reasons[0].code == "held"
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film, "render", policy=fsmlock.Wait(up_to=timedelta(milliseconds=100))).acquire()


def test_all_holds_are_listed(film):
    with fsmlock.hold(film, "render"):
        assert [h.lock for h in fsmlock.all_holds(limit=5)] == ["render"]
