"""Refuse GraphQL documents that cost too much, before any resolver runs.

Every field costs one, aliases included; what stands below a list counts as often as the list may be long:
``first`` or ``last`` where they are given, else :data:`UNSTATED`. The page's own documents cost a third of
the limit at most (a test adds them up). A document signs in once at most, whatever its aliases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
)
from strawberry.extensions import SchemaExtension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import DocumentNode, SelectionSetNode

#: The dearest document that is answered.
LIMIT = 20_000
#: How long a connection counts when a document doesn't say.
UNSTATED = 100
_SIGN_IN = "signIn"


class DocumentCostLimiter(SchemaExtension):
    """Adds up what each operation of a document would cost."""

    def on_validate(self) -> Iterator[None]:
        """Check the parsed document, and refuse it in place of validating it."""
        context = self.execution_context
        if context.graphql_document is not None:
            errors = list(_errors(context.graphql_document, context.variables or {}))
            if errors:
                context.pre_execution_errors = errors
        yield


def _errors(document: DocumentNode, variables: Mapping[str, Any]) -> Iterator[GraphQLError]:
    cost = _Cost(document, variables)
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        total = cost.of(definition.selection_set)
        if total > LIMIT:
            message = (
                f"This document may cost {total:,} fields; the limit is {LIMIT:,}. "
                "Ask for shorter lists or fewer fields."
            )
            yield GraphQLError(message, extensions={"code": "too_costly"})
        if cost.times(_SIGN_IN, definition.selection_set) > 1:
            message = "A document may sign in once. Send one signIn at a time."
            yield GraphQLError(message, extensions={"code": "too_costly"})


class _Cost:
    """The cost of selections; that of a fragment is worked out once, however often it is spread."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._costs: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        """The cost of a selection set."""
        total = 0
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                total += self._spread(node.name.value)
            elif isinstance(node, FieldNode):
                below = self.of(node.selection_set) if node.selection_set else 0
                total += 1 + self._length(node) * below
            elif isinstance(node, InlineFragmentNode):
                total += self.of(node.selection_set)
        return total

    def _spread(self, name: str) -> int:
        if name not in self._costs and name in self._fragments:
            self._costs[name] = 0  # a fragment inside itself: validation refuses it afterwards
            self._costs[name] = self.of(self._fragments[name])
        return self._costs.get(name, 0)

    def times(self, field: str, selections: SelectionSetNode) -> int:
        """How often a selection set asks for a field at its top."""
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += node.name.value == field
            elif isinstance(node, FragmentSpreadNode):
                total += self._times_spread(field, node.name.value)
            elif isinstance(node, InlineFragmentNode):
                total += self.times(field, node.selection_set)
        return total

    def _times_spread(self, field: str, name: str) -> int:
        if name not in self._counts and name in self._fragments:
            self._counts[name] = 0
            self._counts[name] = self.times(field, self._fragments[name])
        return self._counts.get(name, 0)

    def _length(self, node: FieldNode) -> int:
        """How many there may be of what stands below a field."""
        stated = [
            self._number(argument.value)
            for argument in node.arguments or ()
            if argument.name.value in {"first", "last"}
        ]
        lengths = [length for length in stated if length is not None]
        if lengths:
            return max(1, *lengths)
        return UNSTATED if _is_connection(node) else 1

    def _number(self, value: Any) -> int | None:  # noqa: ANN401 - a node of some kind
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) < 10 else LIMIT + 1
        if isinstance(value, VariableNode):
            given = self._variables.get(value.name.value)
            return given if isinstance(given, int) else None
        return None


def _is_connection(node: FieldNode) -> bool:
    return node.selection_set is not None and any(
        isinstance(child, FieldNode) and child.name.value in {"edges", "nodes"}
        for child in node.selection_set.selections
    )
