"""Backends with a bug each, to show that the checker finds it."""

from __future__ import annotations

from dataclasses import replace

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


class OrphanedBackend(DatabaseBackend):
    """Forgets that a child inherits the locks of its parents."""

    def take(self, claim, *, using, queue=False, ticket=None):
        alone = replace(claim, wants=tuple(replace(want, above=()) for want in claim.wants))
        return super().take(alone, using=using, queue=queue, ticket=ticket)

    def renew(self, claim, *, using):
        alone = replace(claim, wants=tuple(replace(want, above=()) for want in claim.wants))
        return super().renew(alone, using=using)


class ImpatientBackend(DatabaseBackend):
    """Believes a lease to be over long before it is."""

    def take(self, claim, *, using, queue=False, ticket=None):
        return super().take(
            replace(claim, lease_us=claim.lease_us // 20), using=using, queue=queue, ticket=ticket
        )

    def renew(self, claim, *, using):
        return Renewed(alive=True)
