from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from eliot_progress import context, extract, inject
from eliot_progress.adapters.opentelemetry import CausalIdGenerator, continue_span


@pytest.fixture
def traced():
    """A tracer of the real SDK, and the spans that it exported."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(id_generator=CausalIdGenerator())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider.get_tracer("tests"), exporter.get_finished_spans
    provider.shutdown()


def test_a_span_inside_an_action_has_its_causal_id(traced):
    tracer, spans = traced
    with context.start("click") as action, tracer.start_as_current_span("work"):
        pass
    (span,) = spans()
    assert f"{span.context.trace_id:032x}" == action.task_uuid.replace("-", "")


def test_spans_outside_of_actions_have_ids_of_their_own(traced):
    tracer, spans = traced
    for _ in range(2):
        tracer.start_span("work").end()
    assert len({span.context.trace_id for span in spans()}) == 2


def test_an_action_below_a_span_has_its_trace_id_and_says_which_span(traced, log):
    tracer, spans = traced
    with tracer.start_as_current_span("work"), continue_span("inner") as action:
        pass
    (span,) = spans()
    assert action.task_uuid.replace("-", "") == f"{span.context.trace_id:032x}"
    assert log[0]["span_id"] == f"{span.context.span_id:016x}"


def test_inside_an_action_or_without_a_span_it_is_a_plain_start(traced):
    tracer, _ = traced
    with context.start("click") as outer, tracer.start_as_current_span("work"):
        assert continue_span("inner").level == (*outer.level, 2)
    assert continue_span("alone").level == ()


def test_the_headers_are_understood_on_both_sides(traced):
    tracer, spans = traced
    headers = {}
    with context.start("click") as action:
        inject(headers)
    there = TraceContextTextMapPropagator().extract(headers)
    with tracer.start_as_current_span("far", context=there):
        again = {}
        TraceContextTextMapPropagator().inject(again)
    assert f"{spans()[0].context.trace_id:032x}" == action.task_uuid.replace("-", "")
    assert extract(again) == extract(headers)
