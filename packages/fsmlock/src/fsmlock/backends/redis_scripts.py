"""The Lua scripts of the Redis backend, one file each in ``lua/``.

Each object is one hash ``<prefix>on:<resource>``. A field is one row of a claim: ``<claim>:``, a letter and
a number. The letter is ``h`` for a hold, ``b`` for a name blocked on an ancestor, ``w`` for a waiter and
``l`` for a claim that is retried later. The value is the row as JSON:

==== ================================================================
c    claim
l    lock
k    kind, see ``rules.RowKind``
a    all keys of the claim, or only the first one, whose rows name all
t    ticket, 0 when granted
n    token
h, w holder, and why
s, e since, expires: milliseconds of the server's clock
o, d boot id of the holder's host, and expires by that host's clock
b, y by whom it was asked to stop, and why
x    1 when broken
==== ================================================================
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("lua")

#: Each script with the files that it consists of.
_SCRIPTS = {
    "acquire": ("now", "expired", "wake", "acquire"),
    "renew": ("now", "renew"),
    "release": ("wake", "release"),
    "announce_retry": ("now", "announce_retry"),
    "stop": ("now", "expired", "wake", "stop"),
    "find": ("now", "find"),
    "find_claim": ("now", "find_claim"),
    "forget": ("forget",),
    "raise_counter": ("raise_counter",),
    "sweep": ("now", "sweep"),
    "quarantine": ("now", "quarantine"),
}


def texts(prefix: str) -> dict[str, str]:
    """The scripts by name for keys with this prefix. Another prefix makes other scripts of them."""
    prefix = prefix.replace("\\", "\\\\").replace("'", "\\'")  # it stands between quotes
    return {
        name: "\n".join((_FOLDER / f"{part}.lua").read_text(encoding="utf-8") for part in parts).replace(
            "{prefix}", prefix
        )
        for name, parts in _SCRIPTS.items()
    }
