"""Names that anybody may have chosen, made fit for a page and for an address. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import quote

#: Maximum number of characters of a name on a page.
MAX_NAME: Final = 80
#: Maximum number of characters of a name in an address; of a longer one the address has a digest.
MAX_KEY: Final = 120
_DIGEST = "sha256:"
#: What can break a page although it is escaped: controls, separators of lines, changes of direction.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(name: str, most: int = MAX_NAME) -> str:
    """Return the name with at most so many characters, without those that can break a page."""
    cut = name if len(name) <= most else f"{name[: most - 1]}…"
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", cut)


def key(name: str) -> str:
    """Return what stands for the name in an address: the name if it is short and plain, else a digest."""
    is_plain = len(quote(name, errors="replace")) <= MAX_KEY and not _UNSAFE.search(name)
    if is_plain and not name.startswith(_DIGEST):
        return name
    return _DIGEST + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_digest(key_: str) -> bool:
    """Return whether this key says nothing about the name that it stands for."""
    return key_.startswith(_DIGEST)
