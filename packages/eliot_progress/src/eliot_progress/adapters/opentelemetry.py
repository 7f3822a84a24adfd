"""OpenTelemetry: spans and actions of one cause share their trace id, whichever started first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from opentelemetry import trace
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from eliot_progress import causal_id
from eliot_progress.context import Origin, start

if TYPE_CHECKING:
    from eliot_progress.context import Action


class CausalIdGenerator(RandomIdGenerator):
    """`TracerProvider(id_generator=CausalIdGenerator())`: a root span inside an action gets its causal id."""

    def generate_trace_id(self) -> int:
        """Return the causal id of the current action as a number; a random id outside of actions."""
        causal = causal_id()
        return super().generate_trace_id() if causal is None else int(causal, 16)


def continue_span(action_type: str, **fields: object) -> Action:
    """Start an action in the trace of the current span: for programs that OpenTelemetry traces from outside.

    Inside an action, or where no span is recorded, this is `context.start`.
    """
    span = trace.get_current_span().get_span_context()
    if causal_id() is not None or not span.is_valid:
        return start(action_type, **fields)
    return Origin(task_uuid=str(UUID(int=span.trace_id)), level=()).start_child(
        action_type, span_id=f"{span.span_id:016x}", **fields
    )
