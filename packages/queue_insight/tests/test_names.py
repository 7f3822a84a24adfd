from __future__ import annotations

import pytest

from queue_insight.names import MAX_KEY, MAX_NAME, key, shown


@pytest.mark.parametrize("name", ["movies", "<script>alert(1)</script>", "a b/c?d=e&f"])
def test_a_short_name_is_its_own_key(name):
    assert key(name) == name


@pytest.mark.parametrize("name", ["q" * 10_000, "影" * 60, "two\nlines", "sha256:movies", "\ud800"])
def test_any_other_name_has_a_short_key_of_its_own(name):
    assert key(name).startswith("sha256:")
    assert len(key(name)) <= MAX_KEY
    assert key(name) != key(f"{name}!")


def test_a_long_name_is_cut_and_what_breaks_a_page_is_replaced():
    assert len(shown("q" * 10_000)) == MAX_NAME
    assert shown("a\u202eb\0c\ud800") == "a\ufffdb\ufffdc\ufffd"
