"""Every GraphQL error has a code and a sentence; an unplanned one is logged and named by its id.

======================  =============================================================================
``signed_out`` ...      raised by resolvers as ``GraphQLError(message, extensions={"code": ...})``
``bad_document``        the document or its variables don't fit the schema
``malformed_id``        an ``ID`` that this server never gave out
``forbidden``           the user lacks a permission
``wrong_change``        ``changeRun`` names no run, or no transition of runs
``internal_error``      our fault: the message has the id under which the log has the details
======================  =============================================================================
"""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.relay import GlobalIDValueError

from fsmlock.errors import FsmlockError

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)


class PlannedErrors(MaskErrors):
    """Replaces each error that has no code by one that has."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: "code" not in (error.extensions or {}))

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """Give the error that clients see in its place."""
        if error.path is None:
            message = error.message if error.original_error is None else _UNFITTING
            return _coded(error, "bad_document", message)
        if any(isinstance(cause, GlobalIDValueError) for cause in _causes(error)) or (
            error.path == ["node"] and isinstance(error.original_error, ValidationError)
        ):
            return _coded(error, "malformed_id", "This id is malformed. Take ids from the server's answers.")
        if isinstance(error.original_error, PermissionDenied):
            return _coded(error, "forbidden", str(error.original_error))
        if error.path == ["changeRun"] and isinstance(error.original_error, FsmlockError):
            return _coded(error, "wrong_change", str(error.original_error))
        error_id = uuid.uuid4().hex
        _log.error("GraphQL error %s at %s", error_id, error.path, exc_info=error.original_error or error)
        message = f"The server failed. Its log has the details under the id {error_id}."
        return _coded(error, "internal_error", message)


_UNFITTING = "A value of this document does not fit its type. Compare it with the schema."


def _coded(error: GraphQLError, code: str, message: str) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions={"code": code})


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        original = error.original_error if isinstance(error, GraphQLError) else None
        error = original or error.__cause__ or error.__context__
