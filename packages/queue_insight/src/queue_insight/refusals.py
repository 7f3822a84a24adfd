"""Tells apart why a server or a database that responds does not do what was asked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One way to refuse."""

    #: Stable identifier for programs.
    code: str
    #: What follows "The store at localhost:6379/1", as a part of a sentence.
    what: str
    #: What to do about it; the settings are those that name the server.
    remedy: str


_LOGIN: Final = "Correct user and password in {setting}."
_FREE: Final = "Free disk space, or look in its log for what keeps it from writing."
FULL_MEMORY: Final = Refusal(
    code="memory_full",
    what="takes no writes, as its memory is full",
    remedy="Raise maxmemory, or look for what fills it; it takes writes again once it has room.",
)
REPLICA: Final = Refusal(
    code="replica",
    what="takes no writes, as it is a replica",
    remedy="Name the primary in {setting}.",
)
NOT_SAVING: Final = Refusal(
    code="disk_failing", what="takes no writes, as it can't save to its disk", remedy=_FREE
)
TOO_FEW_REPLICAS: Final = Refusal(
    code="replicas_missing",
    what="takes no writes, as too few of its replicas are connected",
    remedy="Start its replicas, or lower min-replicas-to-write.",
)
LOGIN: Final = Refusal(code="login", what="refuses user or password", remedy=_LOGIN)
NOT_ALLOWED: Final = Refusal(
    code="permission",
    what="does not allow its user to do this",
    remedy="Give the user of {setting} the permissions, or name another user.",
)
NO_DATABASE: Final = Refusal(
    code="no_database",
    what="has no database of this name or number",
    remedy="Correct the end of the address in {setting}, or create the database.",
)
STARTING: Final = Refusal(
    code="starting", what="is starting and answers nothing yet", remedy="Wait until it has loaded its data."
)
NO_PRIMARY: Final = Refusal(
    code="primary_lost",
    what="is a replica that has lost its primary",
    remedy="Start the primary, or name it in {setting}.",
)
CLUSTER: Final = Refusal(
    code="cluster",
    what="is a node of a cluster, which can't run scripts over several keys",
    remedy="Name a server that is no cluster in {setting}.",
)
OTHER_CONTENT: Final = Refusal(
    code="other_content",
    what="has something else under the keys of this package",
    remedy="Give this app a QUEUE_INSIGHT['KEY_PREFIX'] of its own.",
)
OTHER_VERSION: Final = Refusal(
    code="other_version",
    what="does not know a command, so it has another version than this package needs",
    remedy="Use Redis 6 or newer, or Valkey.",
)
TOO_MANY: Final = Refusal(
    code="too_many_connections",
    what="accepts no more connections",
    remedy="Look for what keeps connections open, or raise its limit.",
)
READ_ONLY: Final = Refusal(
    code="read_only",
    what="takes no writes, as it is read-only",
    remedy="Name a database that may be written in {setting}, or make this one writable.",
)
FULL_DISK: Final = Refusal(code="disk_full", what="takes no writes, as its disk is full", remedy=_FREE)
BROKEN_DISK: Final = Refusal(
    code="disk_failing", what="can't read or write its files", remedy="Look at its disk, and at its log."
)
LOCKED: Final = Refusal(
    code="locked",
    what="is locked by another transaction",
    remedy="Look for a transaction that stays open; the next attempt may succeed.",
)
NO_FILE: Final = Refusal(
    code="no_file",
    what="can't be opened: its file or folder is missing, or may not be read",
    remedy="Correct NAME in {setting}, or the permissions of the file.",
)
NO_SQLITE: Final = Refusal(
    code="other_content", what="is a file that is no database", remedy="Correct NAME in {setting}."
)
OTHER_TABLES: Final = Refusal(
    code="other_version",
    what="has tables of another version of queue_insight",
    remedy='Run "manage.py migrate queue_insight" for this database with the version that runs.',
)

#: By what is found in the kind and the text of the error of a Redis client.
_REDIS: Final[tuple[tuple[str, Refusal], ...]] = (
    (r"OutOfMemoryError|\bOOM\b", FULL_MEMORY),
    (r"ReadOnlyError|\bREADONLY\b", REPLICA),
    (r"\bMISCONF\b", NOT_SAVING),
    (r"\bNOREPLICAS\b", TOO_FEW_REPLICAS),
    (r"NoPermissionError|\bNOPERM\b", NOT_ALLOWED),
    (r"Authentication\w*Error|\b(WRONGPASS|NOAUTH)\b", LOGIN),
    (r"DB index is out of range", NO_DATABASE),
    (r"BusyLoadingError|\bLOADING\b", STARTING),
    (r"MasterDownError|\bMASTERDOWN\b", NO_PRIMARY),
    (r"(Moved|Ask|ClusterDown|ClusterCrossSlot)Error|\b(MOVED|CROSSSLOT|CLUSTERDOWN)\b", CLUSTER),
    (r"\bWRONGTYPE\b", OTHER_CONTENT),
    (r"[Uu]nknown (Redis )?command", OTHER_VERSION),
    (r"max number of clients", TOO_MANY),
)
#: The same of PostgreSQL and SQLite, by their codes, and by the text where a failed login has no code.
_DATABASES: Final[tuple[tuple[str, Refusal], ...]] = (
    (r"\b25006\b|SQLITE_READONLY", READ_ONLY),
    (r"\b53100\b|SQLITE_FULL", FULL_DISK),
    (r"SQLITE_IOERR|\b58030\b", BROKEN_DISK),
    (r"SQLITE_(BUSY|LOCKED)|\b(55P03|40P01|57014)\b", LOCKED),
    (r"SQLITE_(CANTOPEN|PERM|AUTH)", NO_FILE),
    (r"SQLITE_(NOTADB|CORRUPT)", NO_SQLITE),
    (r"\b(28P01|28000)\b|authentication failed|no password supplied", LOGIN),
    (r"\b42501\b", NOT_ALLOWED),
    (r"\b3D000\b|database \".*\" does not exist", NO_DATABASE),
    (r"\b57P03\b|database system is (starting|shutting)", STARTING),
    (r"\b53300\b|too many (clients|connections)|connection slots", TOO_MANY),
    (r"\b42703\b|no such column|has no column", OTHER_TABLES),
)


def of_redis(error: BaseException) -> Refusal | None:
    """Return how a Redis or Valkey server refuses by this error; None for others, as no response."""
    return _found(_REDIS, (type(error).__name__, getattr(error, "status_code", ""), error))


def of_database(error: BaseException) -> Refusal | None:
    """Return how a database refuses by this error of Django; None for others, as no response."""
    cause = error.__cause__
    facts = (getattr(cause, "sqlstate", ""), getattr(cause, "sqlite_errorname", ""), error)
    return _found(_DATABASES, facts)


def _found(table: Iterable[tuple[str, Refusal]], facts: Iterable[object]) -> Refusal | None:
    text = " ".join(str(fact) for fact in facts if fact)
    return next((refusal for pattern, refusal in table if re.search(pattern, text)), None)
