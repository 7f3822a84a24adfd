"""Every GraphQL error has a code, a kind and a sentence; an unplanned one is logged and named by its id.

The kind says which answer it is, so that a page never shows a refusal or a failure as absence. Codes that the
table doesn't name are refusals.

======================  ==========  ===================================================================
code                    kind        meaning
======================  ==========  ===================================================================
``not_found``           ABSENT      there is nothing with this id, or there is no longer
``malformed_id``        ABSENT      an ``ID`` that this server never gave out
``signed_out``          SIGNED_OUT  nobody is signed in
``bad_document``        REFUSED     the document or its variables don't fit the schema
``forbidden``           REFUSED     the user lacks a permission
``unknown_document``    REFUSED     the page is of another version, or this server answers the page only
``internal_error``      FAILED      our fault: the message has the id under which the log has the details
======================  ==========  ===================================================================
"""

from __future__ import annotations

import logging
import uuid
from enum import Enum
from typing import TYPE_CHECKING, Final

import strawberry
from django.core.exceptions import PermissionDenied, ValidationError
from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.relay import GlobalIDValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_log = logging.getLogger(__name__)


@strawberry.enum(description="Which answer an error is; in its `extensions.kind`, beside `extensions.code`.")
class ErrorKind(Enum):
    """Which answer an error is."""

    ABSENT = strawberry.enum_value("ABSENT", description="There is no such thing, or there is no longer.")
    SIGNED_OUT = strawberry.enum_value(
        "SIGNED_OUT", description="Nobody is signed in, so nothing was looked up."
    )
    REFUSED = strawberry.enum_value("REFUSED", description="The server won't do this; the message says why.")
    FAILED = strawberry.enum_value("FAILED", description="The server could not answer: nothing is known.")


_KINDS: Final[Mapping[object, ErrorKind]] = {
    "not_found": ErrorKind.ABSENT,
    "malformed_id": ErrorKind.ABSENT,
    "signed_out": ErrorKind.SIGNED_OUT,
    "internal_error": ErrorKind.FAILED,
}


class PlannedErrors(MaskErrors):
    """Gives each error a code, if it has none, and its kind."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: "kind" not in (error.extensions or {}))

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """Return the error that clients see in its place."""
        planned = error if "code" in (error.extensions or {}) else self._planned(error)
        extensions = planned.extensions or {}
        planned.extensions = {**extensions, "kind": _KINDS.get(extensions["code"], ErrorKind.REFUSED).value}
        return planned

    def _planned(self, error: GraphQLError) -> GraphQLError:
        if error.path is None:
            message = error.message if error.original_error is None else _UNFITTING
            return _coded(error, "bad_document", message)
        if any(isinstance(cause, GlobalIDValueError) for cause in _causes(error)) or (
            error.path == ["node"] and isinstance(error.original_error, ValidationError)
        ):
            return _coded(error, "malformed_id", "This id is malformed. Take ids from the server's answers.")
        if isinstance(error.original_error, PermissionDenied):
            return _coded(error, "forbidden", str(error.original_error))
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
