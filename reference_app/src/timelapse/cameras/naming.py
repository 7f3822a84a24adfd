"""What cameras are called: by their agents when they are paired, by people from then on."""

from __future__ import annotations

from typing import Final

from fsmlock import InputField, Reason
from fsmlock.sentences import sentence

LONGEST_NAME: Final = 80

NAME: Final = InputField(name="name", kind="text", label="Name", default="", minimum=1, maximum=LONGEST_NAME)


def printable_name(text: str) -> str:
    """Return a name without what can't be shown, such as line breaks, and without spaces around it."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


def name_or(requested: str | None, fallback: str) -> str:
    """Return the requested name, cut to `LONGEST_NAME`, or the fallback if nothing of it can be shown."""
    return (printable_name(requested or "") or fallback)[:LONGEST_NAME]


def refusals(text: str) -> tuple[Reason, ...]:
    """Return the reasons why a camera can't be called so; their ``params`` name the field."""
    name = printable_name(text)
    if not name:
        return (
            Reason(
                code="name_missing",
                message="A camera needs a name.",
                remedy="Type one, say: Roof.",
                params={"field": NAME.name},
            ),
        )
    if len(name) > LONGEST_NAME:
        return (
            Reason(
                code="name_too_long",
                message=sentence(
                    "The name has %(count)s characters; %(most)s fit.", count=len(name), most=LONGEST_NAME
                ),
                remedy="Shorten it.",
                params={"field": NAME.name},
            ),
        )
    return ()
