"""Reads settings and messages into the protocol's types, and says which value is wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from camera_agent.protocol.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["number", "whole number", "text", "true or false", "list of texts", "choice"]
Settings = TypeVar("Settings", bound=Struct)
#: A number from here on is too long for a sentence.
_LONG: Final = 10**18
#: A list of at most this many plain values is written in a sentence.
_FEW: Final = 2

_KINDS: Final[Mapping[type, Kind]] = {
    float: "number",
    int: "whole number",
    bool: "true or false",
    str: "text",
    tuple: "list of texts",
}
_ARTICLES: Final[Mapping[Kind, str]] = {
    "number": "a number",
    "whole number": "a whole number",
    "true or false": "true or false",
    "text": "a text",
    "list of texts": "a list of texts",
    "choice": "a text",
}


class Field(Struct, frozen=True, kw_only=True):
    """A field of settings, described for forms, GraphQL and error messages."""

    name: str
    kind: Kind
    default: object
    label: str = ""
    help: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    #: Most entries of a list, or characters of a text.
    max_length: int | None = None
    #: Values of a choice, with their labels; for true and false, their labels.
    choices: tuple[tuple[str, str], ...] = ()


def fields_of(settings: type[Struct]) -> tuple[Field, ...]:
    """Describe the plain fields of settings; tables inside of them are left out."""
    return tuple(_describe(one) for one in msgspec.structs.fields(settings) if not _is_table(one.type))


def problems(settings: type[Struct], values: object, *, path: str = "") -> Iterator[InvalidValueError]:
    """Yield every problem that keeps values from becoming these settings, each with its path."""
    if not isinstance(values, Mapping):
        message = f"{path or 'The configuration'} must be a table, and is {shown(values)}."
        yield InvalidValueError(message, code="wrong_kind", path=path)
        return
    found = list(_field_problems(settings, values, path))
    yield from found
    if not found:
        for one in _converted(settings, values).check():  # type: ignore[attr-defined] # all settings have it
            yield one.at(_join(path, one.path))


def read(settings: type[Settings], values: object, *, path: str = "") -> Settings:
    """Return settings of these values.

    Raises:
        InvalidValueError: the first problem.
    """
    for problem in problems(settings, values, path=path):
        raise problem
    return _converted(settings, values)


def fitting(settings: type[Struct], values: Mapping[str, object]) -> dict[str, object]:
    """Return the plain values that are in the range of their field, as they are."""
    kinds = {one.name: one for one in msgspec.structs.fields(settings) if not _is_table(one.type)}
    return {
        name: value
        for name, value in values.items()
        if (one := kinds.get(name)) is not None and not list(_problems_of(one, value, name))
    }


def _field_problems(
    settings: type[Struct], values: Mapping[object, object], path: str
) -> Iterator[InvalidValueError]:
    known = {one.name: one for one in msgspec.structs.fields(settings)}
    for key, value in values.items():
        if (one := known.get(str(key))) is not None:
            yield from _problems_of(one, value, _join(path, one.name))
        elif settings.__struct_config__.forbid_unknown_fields:
            yield unknown(str(key), tuple(known), path=_join(path, str(key)))
    for name, one in known.items():
        if one.required and name not in values:
            yield InvalidValueError(f"{name} is missing.", code="missing", path=_join(path, name))


def check(settings: Struct, *, path: str = "") -> None:
    """Check settings that were made in code.

    Raises:
        InvalidValueError: the first problem.
    """
    read(type(settings), msgspec.structs.asdict(settings), path=path)


def unknown(name: str, known: tuple[str, ...], *, path: str) -> InvalidValueError:
    """Return the error for a setting that doesn't exist, with a guess at what was meant."""
    close = difflib.get_close_matches(name, known, n=1)
    guess = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."
    return InvalidValueError(f"{name!r} is not a setting.", guess, code="unknown_key", path=path)


def _converted(settings: type[Settings], values: object) -> Settings:
    return msgspec.convert(_normalised(settings, values), settings, strict=True)


def _normalised(settings: type[Struct], values: object) -> object:
    """Convert dates of TOML to texts, and floats to whole numbers where that is exact."""
    if not isinstance(values, Mapping):
        return values
    kinds = {one.name: one.type for one in msgspec.structs.fields(settings)}
    return {name: _normal(kinds.get(str(name)), value) for name, value in values.items()}


def _normal(kind: object, value: object) -> object:
    if (table := table_of(kind)) is not None:
        return _normalised(table, value)
    plain = unwrap(kind)[0]
    if plain is str and isinstance(value, date | time):
        return value.isoformat()
    if plain is int and isinstance(value, float) and abs(value) < _LONG and value.is_integer():
        return int(value)
    return value


def _problems_of(one: msgspec.structs.FieldInfo, value: object, path: str) -> Iterator[InvalidValueError]:
    if (table := table_of(one.type)) is not None:
        if value is not None:
            yield from problems(table, value, path=path)
        return
    try:
        msgspec.convert(_normal(one.type, value), one.type, strict=True)
    except (ValueError, OverflowError, RecursionError):  # msgspec's, and of texts that UTF-8 can't hold
        yield _explain(_describe(one), value, path)


def _explain(field: Field, value: object, path: str) -> InvalidValueError:
    """Say in a sentence why msgspec refused a value."""
    name = field.name
    if field.kind == "choice" and isinstance(value, str):
        listed = ", ".join(choice for choice, _ in field.choices)
        return InvalidValueError(f"{name} must be one of {listed}, and is {shown(value)}.", path=path)
    numbers = int | float if field.kind == "number" else int
    if field.minimum is not None and isinstance(value, numbers) and not isinstance(value, bool):
        bounds = f"{field.minimum:.10g} to {field.maximum:.10g}"
        return InvalidValueError(f"{name} must be from {bounds}, and is {shown(value)}.", path=path)
    if isinstance(value, str) and field.kind == "text":
        return InvalidValueError(f"{name} may have at most {field.max_length} characters.", path=path)
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        if field.max_length is not None and len(value) > field.max_length:
            message = f"{name} may have at most {field.max_length} entries, and has {len(value)}."
            return InvalidValueError(message, path=path)
        return InvalidValueError(f"{name} has an entry that is empty or too long.", path=path)
    kind = _ARTICLES[field.kind]
    return InvalidValueError(f"{name} must be {kind}, and is {shown(value)}.", code="wrong_kind", path=path)


def shown(value: object) -> str:
    """Return a value for a sentence; it is short whatever the value is."""
    if isinstance(value, bool | date | time | None):
        return repr(value)
    if isinstance(value, int) and abs(value) >= _LONG:
        # Python refuses to write very long numbers.
        return f"a number of about {int((value.bit_length() - 1) * math.log10(2)) + 1} digits"
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, str):
        return repr(value[:60])
    if isinstance(value, list | tuple):
        few = len(value) <= _FEW and not any(isinstance(one, list | tuple | Mapping) for one in value)
        return f"[{', '.join(shown(one) for one in value)}]" if few else "a list"
    return "a table" if isinstance(value, Mapping) else f"a {type(value).__name__}"


def _describe(one: msgspec.structs.FieldInfo) -> Field:
    plain, metas = unwrap(one.type)
    merged: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for meta in metas:
        for key in ("title", "description", "ge", "le", "max_length"):
            if (value := getattr(meta, key)) is not None:
                merged[key] = value
        extra |= meta.extra_json_schema or {}
    choices = get_args(plain) if get_origin(plain) is Literal else ()
    labels = extra.get("labels", {})
    return Field(
        name=one.name,
        kind="choice" if choices else _KINDS[get_origin(plain) or plain],  # type: ignore[index] # a type
        default=None if one.required else one.default,
        label=merged.get("title", one.name),
        help=merged.get("description", ""),
        unit=extra.get("unit", ""),
        minimum=merged.get("ge"),
        maximum=merged.get("le"),
        max_length=merged.get("max_length"),
        choices=tuple((choice, labels.get(choice, choice)) for choice in choices or labels),
    )


def unwrap(kind: object) -> tuple[object, list[msgspec.Meta]]:
    """Return a type without its annotations, and those of all levels."""
    metas: list[msgspec.Meta] = []
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        metas += [one for one in more if isinstance(one, msgspec.Meta)]
    return kind, metas


def table_of(kind: object) -> type[Struct] | None:
    """Return the table that a field holds, if it holds one."""
    options = [kind, *get_args(kind)]
    return next((one for one in options if isinstance(one, type) and issubclass(one, Struct)), None)


def _is_table(kind: object) -> bool:
    return table_of(kind) is not None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
