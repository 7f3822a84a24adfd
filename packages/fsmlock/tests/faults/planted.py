"""A backend with a bug, to show that the checker finds one."""

from __future__ import annotations

from fsmlock.backends.base import Granted, Renewed
from fsmlock.backends.database import DatabaseBackend


class ForgetfulBackend(DatabaseBackend):
    """Grants now and then what is held already."""

    def take(self, claim, *, using, queue=False, ticket=None):
        answer = super().take(claim, using=using, queue=queue, ticket=ticket)
        if isinstance(answer, Granted):
            return answer
        return Granted(tokens={w.resource: 1 for w in claim.wants})

    def renew(self, claim, *, using):
        return Renewed(alive=True)
