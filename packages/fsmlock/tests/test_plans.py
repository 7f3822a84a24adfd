from __future__ import annotations

import pytest

import fsmlock
from fsmlock.declarations import TransitionDef
from fsmlock.paths import shortest_path
from tests.shop.models import Film, Print


def definition(name, source, target):
    return TransitionDef(
        name=name,
        source=(source,),
        target=target,
        label=name,
        needs=None,
        conditions=(),
        permission=None,
        internal=False,
    )


def test_the_shortest_path_is_found():
    transitions = [
        definition("a", "1", "2"),
        definition("b", "2", "3"),
        definition("c", "3", "4"),
        definition("d", "2", "4"),
    ]
    assert [a.name for _, a in shortest_path(transitions, "1", "4")] == ["a", "d"]
    assert shortest_path(transitions, "4", "1") is None
    assert shortest_path(transitions, "4", "4") == ()


def test_a_plan_lists_the_steps_with_what_blocks_each(film, elsewhere):
    steps = fsmlock.plan(film, to="deleted")
    assert [(s.name, s.source, s.target) for s in steps] == [
        ("start_deleting", "ready", "deleting"),
        ("finish_deleting", "deleting", "deleted"),
    ]
    assert all(s.reasons == () for s in steps)


def test_without_a_path_there_is_no_plan(film):
    fsmlock.apply_transition(film, "publish")
    assert fsmlock.plan(film, to="failed") is None
    assert fsmlock.plan(film, to="published") == ()


def test_an_unknown_state_gets_a_suggestion(film):
    with pytest.raises(fsmlock.ConfigurationError, match="Did you mean 'published'"):
        fsmlock.plan(film, to="publishd")


@pytest.mark.parametrize("name", ["publish", "published", "ready", "initialising", "render", "ingest"])
def test_plan_and_explain_take_the_same_names(film, name):
    assert isinstance(fsmlock.plan(film, to=name) or (), tuple)
    assert isinstance(fsmlock.explain(film, to=name), tuple)


def test_plan_and_explain_refuse_the_same_names_in_the_same_words(film):
    texts = []
    for ask in (fsmlock.plan, fsmlock.explain):
        with pytest.raises(fsmlock.ConfigurationError, match="Did you mean 'published'") as refused:
            ask(film, to="publishd")
        texts.append(str(refused.value))
    assert texts[0] == texts[1]


def test_the_plan_of_a_transition_ends_with_it(film):
    new = Film.objects.create(name="new")
    assert [step.name for step in fsmlock.plan(new, to="publish")] == ["initialise", "publish"]
    assert [(step.source, step.target) for step in fsmlock.plan(film, to="publish")] == [
        ("ready", "published")
    ]


def test_the_plan_of_an_action_ends_with_it_and_changes_no_state_by_it(film):
    sheet = Print.objects.create(film=film)
    steps = fsmlock.plan(sheet, to="smell")
    assert [step.name for step in steps] == ["start_printing", "dry", "smell"]
    assert (steps[-1].source, steps[-1].target) == ("drying", "drying")


def test_the_plan_of_a_lock_is_one_step_with_what_blocks_it(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "preview").acquire)
    (step,) = fsmlock.plan(film, to="preview")
    held.release()
    assert [reason.code for reason in step.reasons] == ["held"]


def test_what_nothing_leads_to_has_no_plan_and_a_reason(film):
    assert fsmlock.plan(film, to="initialising") is None
    (reason,) = fsmlock.explain(film, to="initialising")
    assert reason.code == "no_way"


def publish_first(other):
    """What ends a hold on a film is that another film is published."""
    return lambda reasons: [(other, "published") for _ in reasons]


def test_a_plan_begins_with_what_ends_the_holds_in_its_way(film, elsewhere):
    other = Film.objects.create(name="other")
    fsmlock.apply_transition(other, "initialise")
    asked = []

    def remedies(reasons):
        asked.extend(reasons)
        return publish_first(other)(reasons)

    held = elsewhere(fsmlock.hold(film, "render", why="Movie 7").acquire)
    steps = fsmlock.plan(film, to="deleting", remedies=remedies)
    held.release()
    assert [(step.object, step.name, step.allowed) for step in steps] == [
        (other, "publish", True),
        (film, "start_deleting", False),
    ]
    assert [(reason.code, reason.params["why"]) for reason in asked] == [("held", "Movie 7")]


def test_a_hold_that_nothing_ends_stays_the_reason(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    (step,) = fsmlock.plan(film, to="deleting", remedies=lambda reasons: [None] * len(reasons))
    held.release()
    assert [reason.code for reason in step.reasons] == ["held"]


def test_nobody_is_asked_for_remedies_where_nothing_is_held(film):
    fsmlock.plan(film, to="deleting", remedies=lambda _: pytest.fail("asked"))


def test_a_step_can_be_applied_when_its_turn_has_come(film):
    first, *then = fsmlock.plan(Print.objects.create(film=film), to="smell")
    assert {step.reasons for step in (first, *then)} == {()}
    assert (first.allowed, [step.allowed for step in then]) == (True, [False, False])


def test_what_only_programs_apply_is_no_step_for_users(film):
    fsmlock.apply_transition(film, "start_deleting")
    (step,) = fsmlock.plan(film, to="deleted")
    assert (step.name, step.reasons, step.allowed) == ("finish_deleting", (), False)


@pytest.mark.parametrize("number", [1, 30])
def test_plans_of_a_page_cost_the_same_queries_however_many(
    film, elsewhere, number, django_assert_num_queries
):
    films = [Film.objects.create(name=f"Film {n}", room=film.room) for n in range(number)]
    others = [Film.objects.create(name=f"Other {n}") for n in range(number)]
    held = [elsewhere(fsmlock.hold(each, "render", why=str(n)).acquire) for n, each in enumerate(films)]
    with django_assert_num_queries(2):
        plans = fsmlock.plan_many(
            films,
            to="deleting",
            remedies=lambda reasons: [(others[int(each.params["why"])], "ready") for each in reasons],
        )
    for each in held:
        each.release()
    assert [[(step.object, step.name) for step in plans[each]] for each in films] == [
        [(other, "initialise"), (each, "start_deleting")] for each, other in zip(films, others, strict=True)
    ]


def test_a_page_has_the_plans_that_each_object_has_alone(film):
    films = [film, Film.objects.create(name="new")]
    assert fsmlock.plan_many(films, to="published") == {
        each: fsmlock.plan(each, to="published") for each in films
    }
    assert fsmlock.plan_many([], to="published") == {}
