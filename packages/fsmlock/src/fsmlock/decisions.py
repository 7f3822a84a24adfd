"""Let the store decide about a claim, with the ancestors that the rows of its objects have at that moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fsmlock import backends
from fsmlock.ancestors import RowGoneError, reread
from fsmlock.backends.base import Denied
from fsmlock.inspection import gone_reason
from fsmlock.kept_claims import left_over

if TYPE_CHECKING:
    from fsmlock.backends.base import Granted
    from fsmlock.rules import Claim

#: How often the store is asked again. More than one move during one decision is rare.
_ATTEMPTS = 5


def decide(
    claim: Claim, *, using: str, queue: bool = False, ticket: int | None = None
) -> tuple[Claim, Granted | Denied]:
    """Ask the store for the claim. Returns what it answered, and the claim that the answer is about.

    That is another one if the store found that its objects have other ancestors. What a state left over in
    the store is no reason to refuse the claim.
    """
    backend = backends.get()
    answer = backend.acquire(claim, using=using, queue=queue, ticket=ticket)
    for _ in range(_ATTEMPTS):
        if not isinstance(answer, Denied):
            break
        ticket = answer.ticket
        if answer.is_stale:
            if ticket is not None:
                backend.release(claim, using=using)
                ticket = None
            try:
                claim = replace(claim, requests=reread(claim.requests, using=using))
            except RowGoneError as gone:
                return claim, Denied(holds=(), reason=gone_reason(gone.resource))
        elif rows := left_over(answer.holds, using=using):
            backend.forget(rows, using=using)
        else:
            break
        answer = backend.acquire(claim, using=using, queue=queue, ticket=ticket)
    return claim, answer
