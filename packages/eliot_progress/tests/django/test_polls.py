from __future__ import annotations

import pytest
from django.urls import reverse

from eliot_progress.django.polls import is_poll

OVERVIEW = "admin:eliot_progress_taskrecord_changelist"


@pytest.mark.parametrize(
    ("name", "query", "repeated"),
    [
        ("eliot_progress:bars", {"bar": "x"}, True),
        (OVERVIEW, {"part": "1"}, True),
        (OVERVIEW, {}, False),
        ("admin:index", {"part": "1"}, False),
    ],
)
def test_only_what_our_pages_repeat_is_a_poll(rf, name, query, repeated):
    assert is_poll(rf.get(reverse(name), query)) is repeated


def test_a_project_without_bars_and_admin_has_no_polls(rf, settings):
    address = reverse("eliot_progress:bars")
    settings.ROOT_URLCONF = "tests.django.no_urls"
    assert not is_poll(rf.get(address))
