"""The Lua scripts of the Redis backend, one file each in ``lua/``.

Each object is a set ``<prefix>locks:<resource>``, the names of its groups of rows. The key of a group is
that of the object, a newline, and the name of the group: a letter and a lock. The letter is ``h`` for a
hold, ``b`` for a name blocked on an ancestor, ``wh`` and ``wb`` for the same of a waiter, and ``l`` for a
claim that is retried later. A group is a hash, and a field of it is one row of a claim:
``<claim>:<number>``. So the cost of a decision grows with the names of locks in use on an object, not with
the holds. The value is the row as JSON:

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
    "acquire": ("now", "expired", "rows", "wake", "acquire"),
    "renew": ("now", "rows", "renew"),
    "release": ("rows", "wake", "release"),
    "announce_retry": ("now", "rows", "announce_retry"),
    "stop": ("now", "expired", "rows", "wake", "stop"),
    "find": ("now", "rows", "find"),
    "find_claims": ("now", "rows", "find_claims"),
    "forget": ("rows", "forget"),
    "raise_counter": ("raise_counter",),
    "sweep": ("now", "rows", "sweep"),
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
