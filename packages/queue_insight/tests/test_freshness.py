from __future__ import annotations

from datetime import timedelta

import pytest
from tests.values import NOW

from queue_insight.freshness import Freshness, Source, in_words

SINCE = NOW + timedelta(seconds=2)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"source": Source.BROKER, "as_of": NOW, "is_current": True},
            "Broker read at 2026-11-23T12:00:00+00:00.",
        ),
        ({"source": Source.BROKER}, "The broker could not be read."),
        (
            {"source": Source.BROKER, "unread_since": SINCE},
            "The broker could not be read since 2026-11-23T12:00:02+00:00.",
        ),
        (
            {"source": Source.BROKER, "as_of": NOW, "unread_since": SINCE},
            (
                "The broker could not be read since 2026-11-23T12:00:02+00:00; "
                "queues and waiting tasks are as of 2026-11-23T12:00:00+00:00."
            ),
        ),
        (
            {"source": Source.COLLECTOR, "as_of": NOW, "is_current": True},
            "Workers and running tasks as of 2026-11-23T12:00:00+00:00.",
        ),
        ({"source": Source.COLLECTOR}, "Workers and running tasks are not known."),
        (
            {"source": Source.COLLECTOR, "as_of": NOW},
            "Workers and running tasks as of 2026-11-23T12:00:00+00:00, not current.",
        ),
        (
            {"source": Source.COLLECTOR, "as_of": NOW, "unread_since": SINCE},
            (
                "Workers and running tasks as of 2026-11-23T12:00:00+00:00, not current: "
                "the collector's state could not be read since 2026-11-23T12:00:02+00:00."
            ),
        ),
    ],
)
def test_a_sentence_says_how_old_figures_are_and_since_when_they_are_no_newer(fields, words):
    assert in_words(Freshness(**fields)) == words
