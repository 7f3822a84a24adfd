"""The settings of a camera as the fields of a form, and back. Both are made from the protocol's tables.

A field is named by the path of its setting, such as ``schedule.burst_s``. One that is empty is not set; a
table of which nothing is set stays as in the agent's own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from camera_agent.protocol import reading
from camera_agent.protocol.settings import CameraSettings, DeliverySettings, ExposureSettings, Schedule
from fsmlock import InputField
from timelapse.cameras.settings import refusals, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from msgspec import Struct

    from camera_agent.protocol.reading import Field, Kind
    from fsmlock.offers import FieldKind, Value

TABLES: Final[Mapping[str, type[Struct]]] = {
    "schedule": Schedule,
    "exposure": ExposureSettings,
    "delivery": DeliverySettings,
}
_KINDS: Final[Mapping[Kind, FieldKind]] = {
    "number": "number",
    "whole number": "whole_number",
    "text": "text",
    "choice": "choice",
    "true or false": "choice",
    "list of texts": "text",
}


def input_fields() -> tuple[InputField, ...]:
    """Describe all settings."""
    general = [_input_field(field, "") for field in reading.fields_of(CameraSettings)]
    return (
        *general,
        *(_input_field(field, name) for name, table in TABLES.items() for field in reading.fields_of(table)),
    )


def to_form(values: Mapping[str, object]) -> dict[str, Value]:
    """Return settings as they are stored by the names of their fields. What doesn't fit any more is empty."""
    fitting = reading.fitting(CameraSettings, values)
    filled = {name: _text_of(value) for name, value in fitting.items()}
    for name, table in TABLES.items():
        stored = values.get(name)
        known = reading.fitting(table, stored) if isinstance(stored, dict) else {}
        filled |= {f"{name}.{key}": _text_of(value) for key, value in known.items()}
    return filled


def from_form(filled: Mapping[str, object]) -> dict[str, object]:
    """Return the settings of a filled form as they are stored."""
    general = reading.fields_of(CameraSettings)
    tables = {name: dict(_set_values(name, table, filled)) for name, table in TABLES.items()}
    return {field.name: filled.get(field.name) for field in general} | {
        name: values or None for name, values in tables.items()
    }


def settings_in(filled: object) -> CameraSettings | None:
    """Return the settings of a form that somebody is filling in; None while they can't work."""
    if not isinstance(filled, dict):
        return None
    values = from_form(filled)
    return None if refusals(values) else settings_of(values)


def _set_values(name: str, table: type[Struct], filled: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for field in reading.fields_of(table):
        value = filled.get(f"{name}.{field.name}")
        if value is None or value == "":
            continue
        yield field.name, _lines_of(str(value)) if field.kind == "list of texts" else value


def _lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]


def _text_of(value: object) -> Value:
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else cast("Value", value)


def _input_field(field: Field, table: str) -> InputField:
    is_list = field.kind == "list of texts"
    choices = tuple(
        (value == "true" if field.kind == "true or false" else value, label) for value, label in field.choices
    )
    return InputField(
        name=f"{table}.{field.name}" if table else field.name,
        kind=_KINDS[field.kind],
        label=field.label,
        default=None,
        optional=bool(table),
        multiline=is_list,
        group=table.capitalize(),
        unit=field.unit,
        minimum=field.minimum,
        maximum=field.max_length if field.kind == "text" else field.maximum,
        choices=choices,
        help=field.help,
    )
