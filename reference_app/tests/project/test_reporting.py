from __future__ import annotations

from channels.layers import get_channel_layer

from eliot_progress import progress
from timelapse.project import reporting
from timelapse.shared.progress import GROUP, state_in


def test_the_last_report_is_sent_before_a_process_ends(monkeypatch):
    sent = []

    async def group_send(group, message):
        sent.append((group, message["event"]))

    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    with progress("work") as work:
        pass
    reporting.flush()
    states = [state_in(event) for group, event in sent if group == GROUP]
    assert (work.id, "succeeded") in [(state.id, state.outcome) for state in states]
