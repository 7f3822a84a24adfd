from __future__ import annotations

from jsonschema import Draft202012Validator

from eliot_progress import heartbeat, progress
from eliot_progress.schema import schema


def test_every_message_of_real_work_is_valid(log):
    validator = Draft202012Validator(schema())
    with progress("Render", total=3, about="app.Movie:7", by="editor", unit="frame") as work:
        work.advance()
        work.note("x" * 1000)
        work.report_due(0)
        work.total = float("nan")
        work.report_due(0)
    with heartbeat("Wait", every=0.05) as beat:
        beat.report_due(2e9)
    reports = [m for m in log if m.get("message_type") in {"progress", "heartbeat"}]
    assert {m["message_type"] for m in reports} == {"progress", "heartbeat"}
    for message in reports:
        validator.validate(message)


def test_the_schema_itself_is_valid():
    Draft202012Validator.check_schema(schema())
