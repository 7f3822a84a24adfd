"""Lists in pages: a cursor is the key of a row, so that what comes and goes before it moves no page.

Cursors are signed, each for its model: the values in them reach the database as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

import strawberry
from django.core.signing import BadSignature, Signer
from graphql import GraphQLError
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection, DjangoCursorEdge

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from strawberry.relay.types import NodeIterableType
    from strawberry.types import Info
    from strawberry.utils.await_maybe import AwaitableOrValue


@strawberry.type(name="Edge", description="An entry of a list.")
class Edge(DjangoCursorEdge[relay.NodeType]):
    """A row, and its key."""

    @classmethod
    def resolve_edge(cls, node: relay.NodeType, *, cursor: Any = None, **values: Any) -> Self:  # noqa: ANN401
        """Return the edge of a row and its key, which is signed."""
        edge = super().resolve_edge(node, cursor=cursor, **values)
        edge.cursor = _signer(cast("Model", node)).sign(edge.cursor)
        return edge


@strawberry.type(name="Connection", description="A page of a list.")
class Connection(DjangoCursorConnection[relay.NodeType]):
    """A page of a queryset, in the order of the queryset."""

    edges: list[Edge[relay.NodeType]] = strawberry.field(  # type: ignore[assignment] # a list is invariant
        description="The entries of the page."
    )

    @classmethod
    def resolve_connection(
        cls,
        nodes: NodeIterableType[relay.NodeType],
        *,
        info: Info,
        before: str | None = None,
        after: str | None = None,
        **values: Any,  # noqa: ANN401 - those of the method that it extends
    ) -> AwaitableOrValue[Self]:
        """Read a page.

        Raises:
            GraphQLError: a cursor that this list did not give out (``extensions.code`` is
                ``malformed_cursor``).
        """
        signer = _signer(cast("QuerySet[Model]", nodes).model)
        try:
            return super().resolve_connection(
                nodes,
                info=info,
                before=None if before is None else signer.unsign(before),
                after=None if after is None else signer.unsign(after),
                **values,
            )
        except (BadSignature, ValueError):
            message = "This is no cursor of this list. Take cursors from the server's answers."
            raise GraphQLError(message, extensions={"code": "malformed_cursor"}) from None


def _signer(model: Model | type[Model]) -> Signer:
    return Signer(salt=f"cursor of {model._meta.label}")
