"""Checks a document against an index mapping, more strictly than a real index does."""

from __future__ import annotations

import re

TYPES = {
    "keyword": lambda value: isinstance(value, str) and len(value.encode()) <= 32766,
    "text": lambda value: isinstance(value, str),
    "double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "long": lambda value: type(value) is int and abs(value) < 2**63,
    "date": lambda value: (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value) is not None
    ),
}


def check(value, mapping, name=""):
    """Raise ValueError when a document does not fit the mapping, or has a field that it does not name."""
    kind = mapping.get("type", "object")
    if kind in ("flattened", "flat_object"):
        flat(value, name)
    elif kind != "object":
        if not TYPES[kind](value):
            raise ValueError(f"failed to parse field [{name}] of type [{kind}]: {value!r:.100}")
    else:
        if not isinstance(value, dict):
            raise ValueError(f"object mapping for [{name}] tried to parse a value")
        for key, inner in value.items():
            if key not in mapping["properties"]:
                raise ValueError(f"[{name}.{key}] has no type")
            check(inner, mapping["properties"][key], f"{name}.{key}")


def flat(value, name, depth=0):
    if depth > 20:
        raise ValueError(f"[{name}] is nested deeper than 20")
    if isinstance(value, dict) and any(not key or "\x00" in key or "." in key for key in value):
        raise ValueError(f"[{name}] has a key that is empty, or has a NUL or a dot")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            flat(inner, name, depth + 1)
    elif depth == 0:
        raise ValueError(f"[{name}] is no object")
    elif isinstance(value, str) and len(value.encode()) > 32766:
        raise ValueError(f"[{name}] holds an immense term")
