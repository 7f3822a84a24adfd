"""Applies the rules of access to the whole GraphQL schema.

A field of ``Query``, ``Mutation`` or ``Subscription`` has a rule of its own, and so has each type whose
objects have global ids. Types without a rule are parts of what leads to them. A connection and its edges have
the rule of what they contain. A schema in which a rule is missing can't be built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    default_field_resolver,
    default_type_resolver,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from strawberry import relay
from strawberry_django.utils.typing import get_django_definition

from fsmlock.declarations import operations_of
from timelapse.shared.access import FILTERED, RULE, SIGNED_IN, Rule, needs, refusal
from timelapse.shared.graphql import Stateful, current_user, user_errors

if TYPE_CHECKING:
    import strawberry
    from django.contrib.auth.models import User
    from graphql import GraphQLField, GraphQLNamedType, GraphQLSchema

    from fsmlock import Reason
    from fsmlock.declarations import Operation

Resolver = Callable[..., Any]

_DEFINITION: Final = "strawberry-definition"


class MissingRuleError(TypeError):
    """A field or a type of the schema has no rule of access."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no rule of access. Declare one: metadata=only(SIGNED_IN) at a field, "
            "@readable_by(needs(permission)) at a type."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAccess:
    """A field with the rules that are checked before its resolver runs, in their order.

    Of a list of several types (``union``), the objects that the viewer may not read are left out.
    """

    parent: str
    name: str
    field: GraphQLField
    rules: tuple[Rule, ...]
    union: GraphQLUnionType | None


def enforce(schema: strawberry.Schema) -> None:
    """Check the rules of every field before its resolver runs.

    Raises:
        MissingRuleError: a field or a type has none.
    """
    graph = graphql_schema(schema)
    for access in fields(graph):
        access.field.resolve = _guarded(access.field.resolve or default_field_resolver, graph, access)
        if access.field.subscribe is not None:
            access.field.subscribe = _guarded(access.field.subscribe, graph, access)


def fields(graph: GraphQLSchema) -> Iterator[FieldAccess]:
    """Return the fields that have rules.

    Raises:
        MissingRuleError: a field or a type has none.
    """
    roots = {root.name for root in (graph.query_type, graph.mutation_type, graph.subscription_type) if root}
    for parent in object_types(graph):
        if any(interface.name == "Node" for interface in parent.interfaces) and type_rule(parent) is None:
            raise MissingRuleError(parent.name)
        for name, field in parent.fields.items():
            own = _field_rule(field)
            returned = get_named_type(field.type)
            if own is None and (parent.name in roots or isinstance(returned, GraphQLInterfaceType)):
                raise MissingRuleError(f"{parent.name}.{name}")
            union = returned if isinstance(returned, GraphQLUnionType) else None
            if union is not None and not is_list_type(get_nullable_type(field.type)):
                raise MissingRuleError(f"{parent.name}.{name}")  # parts of one object can't be left out
            declared = (own, None if union or _metadata(field).get(FILTERED) else type_rule(returned))
            rules = tuple(rule for rule in dict.fromkeys(declared) if rule is not None)
            if rules or union:
                yield FieldAccess(parent=parent.name, name=name, field=field, rules=rules, union=union)


def permissions(graph: GraphQLSchema) -> set[str]:
    """Return the permissions that the schema's rules and the transitions of its objects name."""
    rules = {rule for access in fields(graph) for rule in access.rules}
    rules |= {rule for of in object_types(graph) if (rule := type_rule(of)) is not None}
    named = {rule.permission for rule in rules if rule.permission is not None}
    return named | {offered.permission for _, offered in offers(graph) if isinstance(offered.permission, str)}


def offers(graph: GraphQLSchema) -> Iterator[tuple[str, Operation]]:
    """Return the transitions and actions that are offered to people, each after the name of its type."""
    for of in object_types(graph):
        declared = getattr(of.extensions.get(_DEFINITION), "origin", object)
        if issubclass(declared, Stateful):
            model = get_django_definition(declared, strict=True).model
            for operation in operations_of(model).values():
                if not operation.internal:
                    yield of.name, operation


def object_types(graph: GraphQLSchema) -> list[GraphQLObjectType]:
    """Return the schema's object types without those of introspection, by name."""
    return [
        found
        for name, found in sorted(graph.type_map.items())
        if isinstance(found, GraphQLObjectType) and not name.startswith("__")
    ]


def type_rule(of: GraphQLNamedType) -> Rule | None:
    """Return the rule of a type's objects; None for a part of other types."""
    definition = of.extensions.get(_DEFINITION) if of.extensions else None
    declared = getattr(getattr(definition, "origin", None), RULE, None)
    if isinstance(declared, Rule) or not isinstance(of, GraphQLObjectType):
        return declared if isinstance(declared, Rule) else None
    contained = of.fields.get("edges") if "pageInfo" in of.fields else None
    if contained is None and set(of.fields) == {"cursor", "node"}:
        contained = of.fields["node"]
    return None if contained is None else type_rule(get_named_type(contained.type))


def documentation(graph: GraphQLSchema) -> str:
    """Return the rules as the table of docs/reference/permissions.md."""
    roots = [graph.query_type, graph.mutation_type, graph.subscription_type]
    rows = [
        (f"{root.name}.{name}", _field_rule(field))
        for root in roots
        if root
        for name, field in sorted(root.fields.items())
    ]
    # Connections and edges are left out: they have the rule of what they contain.
    named = [
        of
        for of in object_types(graph)
        if "pageInfo" not in of.fields and set(of.fields) != {"cursor", "node"}
    ]
    rows += [(of.name, type_rule(of)) for of in named if type_rule(of) is not None]
    rows += [
        (f"{of.name}.{name}", rule)
        for of in named
        if of not in roots
        for name, field in of.fields.items()
        if (rule := _field_rule(field)) is not None and rule.permission is not None
    ]
    return "\n".join(f"| `{name}` | {rule} |" for name, rule in rows)


def documentation_of_offers(graph: GraphQLSchema) -> str:
    """Return what is offered with objects as the other table of docs/reference/permissions.md."""
    rows = sorted((name, str(offered.label), str(_rule_of(offered))) for name, offered in offers(graph))
    return "\n".join(f"| `{name}` | {label} | {rule} |" for name, label, rule in dict.fromkeys(rows))


def _rule_of(operation: Operation) -> Rule:
    return needs(operation.permission) if isinstance(operation.permission, str) else SIGNED_IN


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema, which strawberry keeps to itself."""
    return schema._schema  # noqa: SLF001


def _field_rule(field: GraphQLField) -> Rule | None:
    return _metadata(field).get(RULE)


def _metadata(field: GraphQLField) -> Mapping[Any, Any]:
    definition = field.extensions.get(_DEFINITION) if field.extensions else None
    return getattr(definition, "metadata", None) or {}


def _guarded(resolve: Resolver, graph: GraphQLSchema, access: FieldAccess) -> Resolver:
    by_id = isinstance(get_named_type(access.field.type), GraphQLInterfaceType) and "id" in access.field.args

    @wraps(resolve)
    def guarded(source: object, info: Any, **arguments: Any) -> Any:  # noqa: ANN401 - graphql-core's signature
        rules = (*access.rules, *_rules_of_id(graph, arguments["id"])) if by_id else access.rules
        user = current_user(info)
        for rule in rules:
            reason = refusal(rule, user)
            if reason is not None:
                return _refuse(access.field, reason)
        value = resolve(source, info, **arguments)
        return value if access.union is None else _readable(value, access.union, graph, info)

    return guarded


def _readable(
    values: Iterable[object],
    union: GraphQLUnionType,
    graph: GraphQLSchema,
    info: Any,  # noqa: ANN401 - graphql-core's
) -> list[object]:
    """Leave out the objects of types that the viewer may not read."""
    user = current_user(info)
    resolve_type = union.resolve_type or default_type_resolver
    named = [(value, graph.type_map[str(resolve_type(value, info, union))]) for value in values]
    rules = [(value, type_rule(of)) for value, of in named]
    return [value for value, rule in rules if rule is None or refusal(rule, user) is None]


def blockers(graph: GraphQLSchema, mutation: str, user: User | None) -> list[Reason]:
    """Return why the user may not use a mutation, by its name; nothing if they may.

    Raises:
        GraphQLError: there is no such mutation (``extensions.code`` is ``unknown_name``).
    """
    field = graph.mutation_type.fields.get(mutation) if graph.mutation_type else None
    rule = None if field is None else _field_rule(field)
    if rule is None:
        message = f"There is no mutation {mutation[:80]!r}. Take its name from the schema."
        raise GraphQLError(message, extensions={"code": "unknown_name"})
    reason = refusal(rule, user)
    return [] if reason is None else [reason]


def _rules_of_id(graph: GraphQLSchema, global_id: str) -> list[Rule]:
    """Return the rule of the object with this id, before it is looked up."""
    try:
        named = graph.get_type(relay.GlobalID.from_id(global_id).type_name)
    except relay.GlobalIDValueError:
        return []  # the resolver refuses it
    rule = None if named is None else type_rule(named)
    return [] if rule is None else [rule]


def refusal_of_id(graph: GraphQLSchema, global_id: relay.GlobalID, user: User | None) -> Reason | None:
    """Return why the user may not read the object with this id; None if they may."""
    rules = _rules_of_id(graph, str(global_id))
    return next((reason for rule in rules if (reason := refusal(rule, user))), None)


def _refuse(field: GraphQLField, reason: Reason) -> object:
    """Answer a missing permission in the errors of the payload, if there is one."""
    returned = get_named_type(field.type)
    payload = getattr(returned.extensions.get(_DEFINITION), "origin", None)
    has_errors = isinstance(returned, GraphQLObjectType) and "errors" in returned.fields
    if reason.code == "signed_out" or payload is None or not has_errors:
        code = "forbidden" if reason.code == "permission" else reason.code
        extensions = {"code": code, **reason.params}
        raise GraphQLError(str(reason.translated()), extensions=extensions)
    empty = dict.fromkeys(payload.__dataclass_fields__)
    return payload(**{**empty, "errors": user_errors([reason])})
