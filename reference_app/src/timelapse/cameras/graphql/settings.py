"""GraphQL types and inputs of camera settings, made from the protocol's tables.

Every value may be null: a value that is not set has its default, a table that is not set stays as in the
agent's own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import strawberry
from strawberry.utils.str_converters import to_camel_case

from camera_agent.protocol import reading
from camera_agent.protocol.settings import CameraSettings, DeliverySettings, ExposureSettings, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from msgspec import Struct

    from camera_agent.protocol.reading import Field

TABLES: Final[Mapping[str, type[Struct]]] = {
    "schedule": Schedule,
    "exposure": ExposureSettings,
    "delivery": DeliverySettings,
}
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


def graphql_path(path: str) -> str:
    """Return the path of a setting in GraphQL: ``schedule.burst_s`` is ``schedule.burstSeconds``."""
    return ".".join(to_camel_case(python_name(name)) for name in path.split("."))


def _made(table: type[Struct], name: str, *, is_input: bool) -> Any:  # noqa: ANN401 - a class made here
    fields = reading.fields_of(table)
    annotations = {python_name(field.name): _TYPES[field.kind] for field in fields}
    values = {python_name(field.name): _field(field) for field in fields}
    made = type(name, (), {"__annotations__": annotations, "__doc__": table.__doc__, **values})
    description = str(table.__doc__)
    return (
        strawberry.input(made, description=description)
        if is_input
        else strawberry.type(made, description=description)
    )


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

    class CameraScheduleInput(_Table):
        """See _made."""

    class CameraExposureInput(_Table):
        """See _made."""

    class CameraDeliveryInput(_Table):
        """See _made."""

else:
    CameraSchedule = _made(Schedule, "CameraSchedule", is_input=False)
    CameraExposure = _made(ExposureSettings, "CameraExposure", is_input=False)
    CameraDelivery = _made(DeliverySettings, "CameraDelivery", is_input=False)
    CameraScheduleInput = _made(Schedule, "CameraScheduleInput", is_input=True)
    CameraExposureInput = _made(ExposureSettings, "CameraExposureInput", is_input=True)
    CameraDeliveryInput = _made(DeliverySettings, "CameraDeliveryInput", is_input=True)

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
    return _OUTPUTS[table](**{python_name(name): value for name, value in fitting.items()})


def from_graphql(table: str, given: object) -> dict[str, object] | None:
    """Return the values of an input that are set, by the protocol's names; None for no input."""
    if given is None:
        return None
    names = [field.name for field in reading.fields_of(TABLES[table])]
    values = {name: getattr(given, python_name(name)) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def form_fields() -> dict[str, list[dict[str, object]]]:
    """Describe all settings for the page's form, by table; those without a table are in ``camera``."""
    described = {name: list(_described(table)) for name, table in TABLES.items()}
    return {"camera": list(_described(CameraSettings))} | described


def _described(table: type[Struct]) -> Iterator[dict[str, object]]:
    for field in reading.fields_of(table):
        described: dict[str, object] = {
            "name": graphql_path(field.name),
            "kind": field.kind,
            "label": f"{field.label} in {field.unit}" if field.unit else field.label,
            "help": field.help,
        }
        bounds = {"minimum": field.minimum, "maximum": field.maximum, "maxLength": field.max_length}
        described |= {name: bound for name, bound in bounds.items() if bound is not None}
        if field.choices:
            described["choices"] = [{"value": value, "label": label} for value, label in field.choices]
        yield described
