from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress import ids
from eliot_progress.errors import MalformedPathError

LEVELS = st.lists(st.integers(1, 2**53), max_size=12).map(tuple)


@given(LEVELS)
def test_a_path_is_read_back(level):
    assert ids.decode_path(ids.encode_path(level)) == level
    assert ids.split_action_id(ids.action_id("uuid", level)) == ("uuid", level)


@given(LEVELS, LEVELS)
def test_paths_sort_like_the_tree_and_a_subtree_is_a_prefix(one, other):
    a, b = ids.encode_path(one), ids.encode_path(other)
    assert (a < b) == (one < other)
    if other[: len(one)] == one != other and one:
        assert b.startswith(a + "/")


@pytest.mark.parametrize(
    "path", ["a", "b1", "a0", "a12", "A1", "a1/", "/a1", "a1//a1", "x1", "a1" * 500, "a1/" * 130 + "a1", "a²"]
)
def test_a_malformed_path_is_refused(path):
    with pytest.raises(MalformedPathError, match="not a level path"):
        ids.decode_path(path)


@pytest.mark.parametrize("identifier", ["", "@/1", "uuid", "uuid@/a", "uuid@/0", "uuid@/-1"])
def test_a_malformed_action_id_is_refused(identifier):
    with pytest.raises(MalformedPathError, match="not an action id"):
        ids.split_action_id(identifier)


@given(st.lists(st.integers(1, 2**53), max_size=150).map(tuple))
def test_what_travels_is_read_again_and_what_does_not_is_refused(level):
    path = ids.encode_path(level)
    if ids.portable_path(level) is not None:
        assert ids.portable_path(level) == path
        assert ids.decode_path(path) == level
    else:
        with pytest.raises(MalformedPathError):
            ids.decode_path(path)


def test_a_task_id_that_is_no_uuid_has_a_causal_id_too():
    assert len(ids.causal_id("task 7")) == 32
    assert ids.causal_id("task 7") != ids.causal_id("task 8")


@given(
    st.uuids(),
    st.sampled_from([str, lambda uuid: str(uuid).upper(), lambda uuid: uuid.hex, lambda uuid: uuid.urn]),
)
def test_a_uuid_in_any_spelling_has_its_digits_as_causal_id_and_is_found_again(uuid, spelt):
    assert ids.causal_id(spelt(uuid)) == uuid.hex
    assert ids.task_uuid(uuid.hex) == str(uuid)


@given(LEVELS.filter(bool))
def test_a_level_that_is_one_has_a_path_that_is_read_back(level):
    assert ids.is_level(level) == (max(level) < 10**16)
    assert ids.is_level(list(level)) == ids.is_level(level)


@given(st.text(max_size=210))
def test_a_task_s_id_that_is_one_is_found_in_an_action_s_id(text):
    if ids.is_task_uuid(text):
        assert ids.split_action_id(ids.action_id(text, (2, 3))) == (text, (2, 3))
