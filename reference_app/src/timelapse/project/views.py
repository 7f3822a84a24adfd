"""GraphQL over HTTP: Django's session and CSRF protection apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from strawberry.django.context import StrawberryDjangoContext
from strawberry.django.views import AsyncGraphQLView

from timelapse.shared.access import load_permissions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from strawberry.http.temporal_response import TemporalResponse


class GraphQLView(AsyncGraphQLView[StrawberryDjangoContext]):
    """The endpoint. It loads the user before any resolver runs."""

    async def get_context(
        self, request: HttpRequest, response: HttpResponse | TemporalResponse
    ) -> StrawberryDjangoContext:
        """Load the user and their permissions now: lazy ones would query the database in async code."""
        request.user = await request.auser()
        await sync_to_async(load_permissions)(request.user)
        return StrawberryDjangoContext(request=request, response=response)  # type: ignore[arg-type] # as upstream
