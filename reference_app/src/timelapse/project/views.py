"""GraphQL over HTTP: Django's session and CSRF protection apply."""

from __future__ import annotations

from strawberry.django.views import AsyncGraphQLView

from timelapse.project.schema import schema


class GraphQLView(AsyncGraphQLView):
    """The endpoint; its user is read before any resolver runs."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**(kwargs | {"schema": schema, "graphql_ide": None, "allow_queries_via_get": False}))

    async def get_context(self, request: object, response: object) -> object:
        """Load the user first: a lazy one would read the database inside async code."""
        request.user = await request.auser()  # type: ignore[attr-defined]
        return await super().get_context(request, response)  # type: ignore[arg-type]
