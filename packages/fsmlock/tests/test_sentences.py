from __future__ import annotations

import copy
import json
import pickle

import pytest
from django.utils import translation

from fsmlock import Reason
from fsmlock.sentences import name_of, sentence, state_name, translated

GONE = "%(object)s no longer exists."


def test_a_sentence_is_its_english_text_to_all_that_keep_it():
    said = sentence(GONE, object="film 3")
    assert said == "film 3 no longer exists."
    assert json.loads(json.dumps([said])) == ["film 3 no longer exists."]
    assert f"{said}" == "film 3 no longer exists."


def test_a_sentence_is_said_in_the_language_that_is_active_when_it_is_read():
    said = sentence(GONE, object="film 3")
    with translation.override("de"):
        assert translated(said) == "film 3 gibt es nicht mehr."
    with translation.override("en"):
        assert translated(said) == "film 3 no longer exists."


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))])
def test_a_copy_of_a_sentence_can_be_translated_too(copied):
    with translation.override("de"):
        assert translated(copied(sentence(GONE, object="film 3"))) == "film 3 gibt es nicht mehr."


def test_a_name_is_not_translated_but_a_sentence_within_one_is():
    named = sentence(GONE, object="Retry")
    within = sentence(GONE, object=sentence("Retry"))
    several = sentence(GONE, object=("Retry", sentence("Retry")))
    assert (named, within, several) == (
        "Retry no longer exists.",
        "Retry no longer exists.",
        "Retry, Retry no longer exists.",
    )
    with translation.override("de"):
        assert translated(named) == "Retry gibt es nicht mehr."
        assert translated(within) == "Erneut versuchen gibt es nicht mehr."
        assert translated(several) == "Retry, Erneut versuchen gibt es nicht mehr."


@pytest.mark.parametrize(
    ("number", "english", "german"),
    [
        (1234, "1,234", "1.234"),
        (1.5, "1.5", "1,5"),
        (30.0, "30", "30"),
        (0, "0", "0"),
        (-2.25, "-2.25", "-2,25"),
    ],
)
def test_numbers_are_written_as_in_the_language_of_the_reader(number, english, german):
    said = sentence("%(size)s GB", size=number)
    assert said == f"{english} GB"
    with translation.override("de"):
        assert translated(said) == f"{german} GB"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 films"), (1, "1 film"), (2, "2 films"), (1200, "1,200 films")]
)
def test_a_sentence_with_a_plural_has_the_form_of_its_number(count, text):
    said = sentence("%(count)s film", "%(count)s films", count=count)
    assert (said, translated(said)) == (text, text)


def test_a_sentence_without_values_may_have_percent_signs():
    assert translated(sentence("100 % of it")) == sentence("100 % of it") == "100 % of it"


def test_a_reason_is_translated_as_a_whole_and_keeps_what_programs_read():
    reason = Reason(
        code="gone",
        message=sentence(GONE, object="film 3"),
        remedy="Leave it out: somebody deleted it.",
        params={"film": 3},
    )
    with translation.override("de"):
        said = reason.translated()
    assert (said.code, said.params) == ("gone", {"film": 3})
    assert said.message == "film 3 gibt es nicht mehr."
    assert said.remedy == "Lassen Sie es weg: Jemand hat es gelöscht."


def test_what_is_named_by_a_sentence_is_named_in_the_language_that_is_active():
    class Film:
        def __str__(self) -> str:
            return sentence(GONE, object="It")

    with translation.override("de"):
        assert (name_of(Film()), name_of("Retry")) == ("It gibt es nicht mehr.", "Retry")


def test_a_state_without_a_translation_is_named_as_it_is_declared():
    with translation.override("de"):
        assert state_name("being_made") == "being_made"
