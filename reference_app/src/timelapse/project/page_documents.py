"""The documents of the page, which it names by their hash instead of sending them.

The build writes them to ``documents.json``. With ``ONLY_PAGE_DOCUMENTS`` nothing else is answered, so that
nobody outside can make up a document that costs much.

Each is parsed and validated once, which takes 40 to 100 ms on the thread that serves everybody. Texts from
outside aren't kept: their trees are large, and there is no end of them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from graphql import GraphQLError, parse, validate
from strawberry.extensions import SchemaExtension

from eliot_progress.adapters.graphql_ws import operation_extensions
from timelapse.project.access import graphql_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import ASTValidationRule, DocumentNode, GraphQLSchema

#: The code of the error for a document that isn't answered.
UNKNOWN: Final = "unknown_document"
#: What is parsed in place of a document that isn't known.
_NOTHING: Final = "{ __typename }"


class PageDocuments(SchemaExtension):
    """Finds the document that a request names as ``extensions.persistedQuery.sha256Hash``."""

    _is_known = False
    _error: GraphQLError | None = None

    def on_operation(self) -> Iterator[None]:
        """Put the document in place of its hash."""
        context = self.execution_context
        name = _hash_in(context.operation_extensions or operation_extensions())
        if name is not None:
            found = documents().get(name)
            if found is None:
                self._refuse("This page is of another version than the server. Reload it.")
            else:
                context.query = found
                self._is_known = True
        elif settings.ONLY_PAGE_DOCUMENTS and context.query not in documents().values():
            self._refuse("This server answers the documents of its own page only.")
        yield

    def _refuse(self, message: str) -> None:
        self._error = GraphQLError(message, extensions={"code": UNKNOWN})
        self.execution_context.query = _NOTHING

    def on_parse(self) -> Iterator[None]:
        """Parse a document of the page once."""
        context = self.execution_context
        if self._is_known:
            with suppress(GraphQLError):  # Strawberry parses it again then, and answers the error
                context.graphql_document = _parsed(context.query or "", **context.parse_options)
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuse what wasn't found, and validate a document of the page once."""
        context = self.execution_context
        if self._error is not None:
            context.pre_execution_errors = [self._error]
        elif self._is_known and context.graphql_document is not None:
            schema = graphql_schema(context.schema)
            context.pre_execution_errors = _errors_in(
                context.graphql_document, schema, context.validation_rules
            )
        yield


def documents() -> Mapping[str, str]:
    """Return the documents of the page by their SHA-256; none while it is not built."""
    file = Path(settings.UI_DIST) / "documents.json"
    try:
        found = file.stat()
    except OSError:
        return {}
    return _read(file, (found.st_mtime_ns, found.st_size))


@lru_cache(maxsize=1)
def _read(file: Path, version: tuple[int, int]) -> dict[str, str]:
    """Read this version of the file."""
    del version
    found: dict[str, str] = json.loads(file.read_bytes())
    return found


_parsed = lru_cache(maxsize=256)(parse)  # several times the page's documents


@lru_cache(maxsize=256)
def _errors_in(
    document: DocumentNode, schema: GraphQLSchema, rules: tuple[type[ASTValidationRule], ...]
) -> list[GraphQLError]:
    return validate(schema, document, rules)


def _hash_in(extensions: Mapping[str, Any] | None) -> str | None:
    named = (extensions or {}).get("persistedQuery")
    found = named.get("sha256Hash") if isinstance(named, dict) else None
    return found if isinstance(found, str) else None
