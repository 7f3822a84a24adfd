"""Refuse GraphQL documents that cost too much or page wrongly, before any resolver runs.

Every field costs one, aliases included. Fields below a list count as often as the list may be long:
``first``, ``last`` or ``limit`` where given, else :data:`PAGE`. The page's own documents cost a third of the
limit at most (a test adds them up). A document signs in once at most, whatever its aliases.

A list gives at most :data:`PAGE` entries at once. A text that no database can store is refused here, once for
all fields.
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

from timelapse.shared.texts import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graphql import DocumentNode, SelectionSetNode, ValueNode

#: The dearest document that is answered.
LIMIT = 21_000
#: The most entries of a list at once.
PAGE = 100
_LENGTHS = {"first", "last", "limit"}
_SIGN_IN = "signIn"


class DocumentLimits(SchemaExtension):
    """Checks a document once it is parsed."""

    def on_validate(self) -> Iterator[None]:
        """Check the parsed document, and refuse it in place of validating it."""
        context = self.execution_context
        if context.graphql_document is not None:
            document, variables = context.graphql_document, context.variables or {}
            errors = [
                *_text_errors(context.query or "", variables),
                *_cost_errors(document, variables),
            ]
            if errors:
                context.pre_execution_errors = errors
        yield


def _defaults(document: DocumentNode) -> dict[str, int]:
    """The numbers of variables that aren't given; of several operations, the largest."""
    found: dict[str, int] = {}
    for definition in document.definitions:
        for variable in getattr(definition, "variable_definitions", None) or ():
            name, value = variable.variable.name.value, _value(variable.default_value, {})
            if isinstance(value, int):
                found[name] = max(value, found.get(name, value))
    return found


def _text_errors(query: str, variables: Mapping[str, Any]) -> Iterator[GraphQLError]:
    if not storable(query) or not storable(variables):
        message = "A text holds a NUL or half of a surrogate pair. Leave these out."
        yield GraphQLError(message, extensions={"code": "bad_text"})


def _cost_errors(document: DocumentNode, variables: Mapping[str, Any]) -> Iterator[GraphQLError]:
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
    for name, length in cost.bad_lengths:
        message = f"{name} is {length}: a list gives 0 to {PAGE} entries at once."
        yield GraphQLError(message, extensions={"code": "bad_page_size"})


def _value(node: ValueNode | None, variables: Mapping[str, Any]) -> object:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, IntValueNode):
        return int(node.value[:12])
    return None


class _Sum:
    """The sum of a value over the fields at the top of a selection set and of what is spread there.

    That of a fragment is worked out once, however often it is spread.
    """

    def __init__(
        self, fragments: Mapping[str, SelectionSetNode], of_field: Callable[[FieldNode], int]
    ) -> None:
        self._fragments = fragments
        self._of_field = of_field
        self._of_fragments: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        """The sum over a selection set."""
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._of_field(node)
            elif isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                total += self.of(node.selection_set)
        return total

    def _of_fragment(self, name: str) -> int:
        if name not in self._of_fragments and name in self._fragments:
            self._of_fragments[name] = 0  # a fragment inside itself: validation refuses it afterwards
            self._of_fragments[name] = self.of(self._fragments[name])
        return self._of_fragments.get(name, 0)


class _Cost:
    """The cost of selections, and how often they ask for a field."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = {**_defaults(document), **variables}
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._costs = _Sum(self._fragments, self._of_field)
        #: The lengths that no list has, of the selections whose cost was asked for.
        self.bad_lengths: list[tuple[str, int]] = []

    def of(self, selections: SelectionSetNode) -> int:
        """The cost of a selection set."""
        return self._costs.of(selections)

    def times(self, field: str, selections: SelectionSetNode) -> int:
        """How often a selection set asks for a field at its top."""
        return _Sum(self._fragments, lambda node: node.name.value == field).of(selections)

    def _of_field(self, node: FieldNode) -> int:
        below = self.of(node.selection_set) if node.selection_set else 0
        return 1 + self._length(node) * below

    def _length(self, node: FieldNode) -> int:
        """How many there may be of what stands below a field; other values are left to validation."""
        named = (each for each in node.arguments or () if each.name.value in _LENGTHS)
        values = [(each.name.value, _value(each.value, self._variables)) for each in named]
        lengths = [(name, value) for name, value in values if isinstance(value, int)]
        self.bad_lengths += [(name, value) for name, value in lengths if not 0 <= value <= PAGE]
        if lengths:
            return max(1, *(value for _, value in lengths))
        return PAGE if _is_connection(node) else 1


def _is_connection(node: FieldNode) -> bool:
    return node.selection_set is not None and any(
        isinstance(child, FieldNode) and child.name.value in {"edges", "nodes"}
        for child in node.selection_set.selections
    )
