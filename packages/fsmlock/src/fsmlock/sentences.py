"""Sentences that are composed before it is known who reads them, and said in that reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise as StrPromise

Value: TypeAlias = "str | int | float | tuple[str, ...]"


class Sentence(str):
    """An English text that remembers how it was made; see `sentence`.

    To whatever compares, stores, logs or encodes it, it is that text.
    """

    __slots__ = ("plural", "template", "values")
    template: str
    plural: str
    values: Mapping[str, Value]


def sentence(template: str, plural: str = "", /, **values: Value) -> Sentence:
    """Compose a text that `translated` can make anew in another language.

    ``template`` has the values as ``%(name)s``. ``plural`` is the template for every number but 1, by the
    value ``count``. Numbers are written as the reader's language does. A value that is a sentence is
    translated with it, one that is a plain text is not: it is somebody's name for something. A tuple is a
    list of these. A template that is a sentence already stays it.
    """
    if isinstance(template, Sentence):
        return template
    chosen = plural if plural and values["count"] != 1 else template
    said = Sentence(chosen % {name: _written(value) for name, value in values.items()} if values else chosen)
    said.template, said.plural, said.values = template, plural, values
    return said


def translated(text: str | StrPromise) -> str:
    """A text in the language that is active; as it is where no catalog has it.

    It need not be marked with ``gettext_lazy``: it is looked up as ``{% translate variable %}`` does.
    """
    if not isinstance(text, Sentence):
        declared = str(text)
        return gettext(declared) if declared else ""  # the empty text is the head of a catalog
    if text.plural:
        count = text.values["count"]
        template = ngettext(text.template, text.plural, count if isinstance(count, int) else 2)
    else:
        template = gettext(text.template)
    return template % {name: _said(value) for name, value in text.values.items()} if text.values else template


def name_of(thing: object) -> str:
    """What a thing is called, in the language that is active if its ``__str__`` returns a sentence."""
    name = thing if isinstance(thing, str) else str(thing)  # of a sentence, str() makes a plain text
    return translated(name) if isinstance(name, Sentence) else name


def state_name(state: str) -> str:
    """A state as a sentence names it: as the catalog of the active language labels it, else as declared."""
    label = state.replace("_", " ").capitalize()
    said = translated(label)
    return state if said == label else said


def _written(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, str) else f"{_number(value):,}"


def _said(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(name_of, value))
    return name_of(value) if isinstance(value, str) else number_format(_number(value), force_grouping=True)


def _number(value: float) -> float:
    """A number without a fraction that is none, as ``30.0`` has."""
    return int(value) if value == value // 1 and abs(value) < 1e15 else value
