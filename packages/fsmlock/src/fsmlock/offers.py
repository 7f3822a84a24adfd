"""How a transition or an action is offered to people: its weight, what it asks, and what it confirms.

A user interface that draws what it gets needs no code for a transition that is declared tomorrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from django.utils.translation import gettext

from fsmlock.reasons import Reason
from fsmlock.sentences import name_of, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise as StrPromise

#: What the one main button of a page does, what others do, and what can't be undone.
OfferKind: TypeAlias = Literal["primary", "normal", "danger"]
FieldKind: TypeAlias = Literal["whole_number", "number", "text", "choice", "yes_or_no", "date_time"]
#: The value of a field; None for an optional one that is left empty. A ``datetime`` has no time zone.
Value: TypeAlias = "bool | int | float | str | datetime | None"

#: The longest text of a field, and the largest number, on either side of zero.
LONGEST_TEXT: Final = 10_000
LARGEST: Final = 10**15
#: The first and the last date and time of a field: each is a moment in every time zone.
FIRST_MOMENT: Final = datetime(1, 1, 2)  # noqa: DTZ001 - by any clock
LAST_MOMENT: Final = datetime(9999, 12, 30)  # noqa: DTZ001 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What people are asked before. Both texts may contain ``%(object)s``."""

    title: str | StrPromise
    text: str | StrPromise

    def about(self, obj: object) -> Confirmation:
        """The confirmation for one object."""
        names = {"object": name_of(obj)}
        return Confirmation(title=translated(self.title) % names, text=translated(self.text) % names)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField:
    """One value that a transition takes: an argument of its method, by name."""

    name: str
    kind: FieldKind
    label: str | StrPromise
    #: What the field has at first, and what a call without it gets. None without a default.
    default: Value
    #: Whether it may be left empty.
    optional: bool = False
    #: Whether a text may have several lines.
    multiline: bool = False
    #: The heading under which it stands with others.
    group: str | StrPromise = ""
    unit: str | StrPromise = ""
    #: The range of a number; for a text, the range of its length.
    minimum: float | None = None
    maximum: float | None = None
    #: The values of a choice with their labels.
    choices: tuple[tuple[Value, str | StrPromise], ...] = ()
    help: str | StrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Everything that a button needs besides its label: for ``@transition(offer=...)``."""

    kind: OfferKind = "normal"
    confirm: Confirmation | None = None
    input: tuple[InputField, ...] = ()
    #: Returns what the fields of an object have at first, by name; the others have their defaults.
    initial: Callable[[Any], Mapping[str, Value]] | None = None

    def about(self, obj: object) -> Offer:
        """The offer for one object: its name in the confirmation, its values in the fields."""
        if self.initial is None and self.confirm is None:
            return self
        values = {} if self.initial is None else self.initial(obj)
        return replace(
            self,
            confirm=None if self.confirm is None else self.confirm.about(obj),
            input=tuple(replace(each, default=values.get(each.name, each.default)) for each in self.input),
            initial=None,
        )


#: A button like any other, which neither asks nor takes anything.
PLAIN: Final = Offer()


def values_of(
    fields: tuple[InputField, ...], given: Mapping[str, object]
) -> tuple[dict[str, Value], tuple[Reason, ...]]:
    """The value of every field, and a reason for each value that does not fit; ``params`` name its field."""
    values: dict[str, Value] = {}
    reasons = [_unknown(name, fields) for name in given if all(field.name != name for field in fields)]
    for field in fields:
        wanted = given.get(field.name, field.default)
        value = _fitting(field, wanted)
        if value is None and not (field.optional and wanted is None):
            reasons.append(_unfit(field))
        else:
            values[field.name] = value
    return values, tuple(reasons)


def _fitting(field: InputField, value: object) -> Value | None:
    if field.kind == "choice":
        return next(
            (known for known, _ in field.choices if known == value and type(known) is type(value)), None
        )
    if field.kind == "yes_or_no":
        return value if isinstance(value, bool) else None
    if field.kind == "text":
        fits = isinstance(value, str) and _within(field, len(value)) and len(value) <= LONGEST_TEXT
        return value if fits and isinstance(value, str) else None
    return _date_time(value) if field.kind == "date_time" else _number(field, value)


def _number(field: InputField, value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        return None
    if field.kind == "whole_number" and value != int(value):
        return None
    return (int(value) if field.kind == "whole_number" else value) if _within(field, value) else None


def _date_time(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    fits = isinstance(value, datetime) and value.tzinfo is None and FIRST_MOMENT <= value <= LAST_MOMENT
    return value if fits and isinstance(value, datetime) else None


def _within(field: InputField, value: float) -> bool:
    low = -math.inf if field.minimum is None else field.minimum
    return low <= value <= (math.inf if field.maximum is None else field.maximum)


def _unknown(name: str, fields: tuple[InputField, ...]) -> Reason:
    return Reason(
        code="unknown_field",
        message=gettext("There is no field %(field)s.") % {"field": repr(name[:80])},
        params={"field": name[:80]},
        remedy=gettext("Leave it out. The fields are: %(names)s.")
        % {"names": ", ".join(field.name for field in fields) or "-"},
    )


def _unfit(field: InputField) -> Reason:
    return Reason(
        code="wrong_value",
        message=gettext("The value of %(label)s does not fit.") % {"label": translated(field.label)},
        params={"field": field.name},
        remedy=_allowed(field),
    )


def _allowed(field: InputField) -> str:
    if field.kind == "choice":
        labels = ", ".join(translated(label) for _, label in field.choices)
        return gettext("Choose one of: %(choices)s.") % {"choices": labels}
    if field.kind == "yes_or_no":
        return gettext("Give yes or no.")
    if field.kind == "date_time":
        return gettext("Give a date and a time, such as 2026-06-01T12:00.")
    texts = {
        "whole_number": gettext("Give a whole number from %(low)s to %(high)s."),
        "number": gettext("Give a number from %(low)s to %(high)s."),
        "text": gettext("Give a text of %(low)s to %(high)s characters."),
    }
    low, high = field.minimum, field.maximum
    return texts[field.kind] % {
        "low": "0" if low is None else f"{low:g}",
        "high": "..." if high is None else f"{high:g}",
    }
