"""Which texts can be stored: PostgreSQL takes no NUL, and no encoding takes a lone surrogate."""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(value: object) -> bool:
    """Return whether all texts in a value made of JSON can be stored."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    if isinstance(value, Mapping):
        return all(storable(key) and storable(each) for key, each in value.items())
    return all(map(storable, value)) if isinstance(value, list) else True
