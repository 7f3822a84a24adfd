"""GraphQL over HTTP: Django's session and CSRF protection apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strawberry.django.context import StrawberryDjangoContext
from strawberry.django.views import AsyncGraphQLView

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from strawberry.http.temporal_response import TemporalResponse


class GraphQLView(AsyncGraphQLView[StrawberryDjangoContext]):
    """The endpoint; its user is read before any resolver runs."""

    async def get_context(
        self, request: HttpRequest, response: HttpResponse | TemporalResponse
    ) -> StrawberryDjangoContext:
        """Load the user first: a lazy one would read the database inside async code."""
        request.user = await request.auser()
        return StrawberryDjangoContext(request=request, response=response)  # type: ignore[arg-type] # as upstream
