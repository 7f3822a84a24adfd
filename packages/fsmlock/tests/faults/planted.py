"""Backends with a bug each, to show that the checker finds it."""

from __future__ import annotations

from dataclasses import replace

from fsmlock.backends.base import Granted, Renewed
from fsmlock.backends.database import DatabaseBackend


class ForgetfulBackend(DatabaseBackend):
    """Grants now and then what is held already."""

    def acquire(self, claim, *, using, queue=False, ticket=None):
        answer = super().acquire(claim, using=using, queue=queue, ticket=ticket)
        if isinstance(answer, Granted):
            return answer
        return Granted(tokens={w.resource: 1 for w in claim.requests})

    def renew(self, claim, *, using):
        return Renewed(alive=True)


class OrphanedBackend(DatabaseBackend):
    """Forgets that a child inherits the locks of its parents."""

    def acquire(self, claim, *, using, queue=False, ticket=None):
        alone = replace(claim, requests=tuple(request._replace(inherited=()) for request in claim.requests))
        return super().acquire(alone, using=using, queue=queue, ticket=ticket)

    def renew(self, claim, *, using):
        alone = replace(claim, requests=tuple(request._replace(inherited=()) for request in claim.requests))
        return super().renew(alone, using=using)


class RememberingBackend(DatabaseBackend):
    """Believes whatever an instance remembers of its parents."""

    def acquire(self, claim, *, using, queue=False, ticket=None):
        believed = replace(
            claim, requests=tuple(request._replace(ancestry=None) for request in claim.requests)
        )
        return super().acquire(believed, using=using, queue=queue, ticket=ticket)


class ImpatientBackend(DatabaseBackend):
    """Believes a lease to be over long before it is."""

    def acquire(self, claim, *, using, queue=False, ticket=None):
        return super().acquire(
            replace(claim, lease_us=claim.lease_us // 20), using=using, queue=queue, ticket=ticket
        )

    def renew(self, claim, *, using):
        return Renewed(alive=True)


class BlindBackend(DatabaseBackend):
    """Sees no holds when it is asked which there are, as whoever moves an object does."""

    def find(self, resources, *, using):
        return ()
