"""Let the store decide about a claim, with the ancestors that the rows of its objects have at that moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fsmlock import backends
from fsmlock.ancestors import RowGoneError, reread
from fsmlock.backends.base import Denied
from fsmlock.inspection import gone_reason

if TYPE_CHECKING:
    from fsmlock.backends.base import Granted
    from fsmlock.rules import Claim

#: How often the ancestors are read again. More than one move during one decision is rare.
_REREADS = 5


def decide(
    claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
) -> tuple[Claim, Granted | Denied]:
    """Ask the store for the claim. Returns what it answered, and the claim that the answer is about.

    That is another one if the store found that its objects have other ancestors.
    """
    backend = backends.get()
    answer = backend.acquire(claim, using=using, queue=queue, ticket=ticket)
    for _ in range(_REREADS):
        if not isinstance(answer, Denied) or not answer.is_stale:
            break
        if ticket is not None:
            backend.release(claim, using=using)
            ticket = None
        try:
            claim = replace(claim, requests=reread(claim.requests, using=using))
        except RowGoneError as gone:
            return claim, Denied(holds=(), reason=gone_reason(gone.resource))
        answer = backend.acquire(claim, using=using, queue=queue)
    return claim, answer
