"""GraphQL of accounts: the session, passwords, and people with their invitations."""

from __future__ import annotations

from strawberry.tools import merge_types

from timelapse.accounts.graphql import first_run, passwords, people, session, sessions
from timelapse.accounts.graphql.updates import Subscription

Query = merge_types("Query", (session.Query, first_run.Query, passwords.Query, people.Query))
Mutation = merge_types(
    "Mutation", (session.Mutation, first_run.Mutation, sessions.Mutation, passwords.Mutation, people.Mutation)
)

__all__ = ["Mutation", "Query", "Subscription"]
