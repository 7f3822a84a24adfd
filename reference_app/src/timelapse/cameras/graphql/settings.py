"""GraphQL types of camera settings, made from the protocol's tables.

Every value may be null: a value that is not set has its default, a table that is not set stays as in the
agent's own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import strawberry

from camera_agent.protocol import reading
from camera_agent.protocol.settings import DeliverySettings, ExposureSettings, Schedule
from fsmlock.sentences import translated
from timelapse.cameras.settings_form import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Struct

    from camera_agent.protocol.reading import Field

_TYPES: Final[Mapping[str, Any]] = {
    "number": float | None,
    "whole number": int | None,
    "text": str | None,
    "choice": str | None,
    "true or false": bool | None,
    "list of texts": list[str] | None,
}


def python_name(setting: str) -> str:
    """Return the name of a setting in GraphQL, before it becomes camel case: units are written out."""
    if setting.endswith("_kib_s"):
        return f"{setting.removesuffix('_s')}_per_second"
    return f"{setting.removesuffix('_s')}_seconds" if setting.endswith("_s") else setting


def _made(table: type[Struct], name: str) -> Any:  # noqa: ANN401 - a class made here
    fields = reading.fields_of(table)
    annotations = {python_name(field.name): _TYPES[field.kind] for field in fields}
    values = {python_name(field.name): _field(field) for field in fields}
    for field in fields:
        if field.kind == "choice":
            annotations[_label_name(field)] = str | None
            values[_label_name(field)] = strawberry.field(
                description=f"`{field.name}` in the words of the form.", default=None
            )
    made = type(name, (), {"__annotations__": annotations, "__doc__": table.__doc__, **values})
    description = str(table.__doc__)
    return strawberry.type(made, description=description)


def _label_name(field: Field) -> str:
    return f"{python_name(field.name)}_label"


def _field(field: Field) -> Any:  # noqa: ANN401 - strawberry's field
    listed = ", ".join(value for value, _ in field.choices)
    unit = f" Unit: {field.unit}." if field.unit else ""
    bounds = f" From {field.minimum:.10g} to {field.maximum:.10g}." if field.minimum is not None else ""
    choices = f" One of {listed}." if field.kind == "choice" else ""
    return strawberry.field(description=f"{field.help}{unit}{bounds}{choices}", default=None)


if TYPE_CHECKING:

    class _Table:
        """What the types have in common that are made from the protocol's tables at run time."""

        def __init__(self, **values: object) -> None: ...

    class CameraSchedule(_Table):
        """See _made."""

    class CameraExposure(_Table):
        """See _made."""

    class CameraDelivery(_Table):
        """See _made."""

else:
    CameraSchedule = _made(Schedule, "CameraSchedule")
    CameraExposure = _made(ExposureSettings, "CameraExposure")
    CameraDelivery = _made(DeliverySettings, "CameraDelivery")

_OUTPUTS: Final[Mapping[str, Any]] = {
    "schedule": CameraSchedule,
    "exposure": CameraExposure,
    "delivery": CameraDelivery,
}


def to_graphql(table: str, stored: object) -> Any:  # noqa: ANN401 - one of the types made here
    """Return a stored table for GraphQL; None for one that is not set."""
    if not isinstance(stored, dict):
        return None
    # An older revision may hold what today's types don't.
    fitting = reading.fitting(TABLES[table], stored)
    labels = {
        _label_name(field): translated(dict(field.choices)[str(fitting[field.name])])
        for field in reading.fields_of(TABLES[table])
        if field.kind == "choice" and field.name in fitting
    }
    return _OUTPUTS[table](**{python_name(name): value for name, value in fitting.items()}, **labels)
