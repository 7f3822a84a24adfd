"""Says how far some work is. Pure."""

from __future__ import annotations

from typing import Final

from fsmlock.sentences import Sentence, sentence

#: How far it is, by its unit, if the total is known.
_OF: Final = {
    "frame": "%(done)s of %(total)s frames",
    "capture": "%(done)s of %(total)s captures",
    "item": "%(done)s of %(total)s items",
}
#: The same, if it isn't.
_DONE: Final = {
    "frame": ("%(count)s frame", "%(count)s frames"),
    "capture": ("%(count)s capture", "%(count)s captures"),
    "item": ("%(count)s item", "%(count)s items"),
}


def so_far(step: str, done: int, total: int | None, unit: str) -> Sentence:
    """Return how far it is in words: "45 of 1,177 frames", after what it does now if that is known."""
    if total is not None:
        said = sentence(_OF.get(unit, _OF["item"]), done=done, total=total)
    else:
        said = sentence(*_DONE.get(unit, _DONE["item"]), count=done)
    return sentence("%(step)s, %(so_far)s", step=sentence(step), so_far=said) if step else said
