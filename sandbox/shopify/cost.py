"""What a query costs, and the bucket it is paid from.

Objects cost 1, scalars 0, mutations 10, connections as much as the page they ask for
(https://shopify.dev/docs/api/usage/rate-limits). The exact formula is not published: this one follows the older text.
"""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from sandbox.core.limits import Limits

LARGEST_QUERY = 1000


class Bucket:
    """Points of one app in one shop; restored steadily."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._level = limits.points
        self._at = limits.now()

    def level(self) -> float:
        """Points available now."""
        now = self._limits.now()
        self._level = min(self._limits.points, self._level + (now - self._at) * self._limits.points_a_second)
        self._at = now
        return self._level

    def take(self, points: float) -> bool:
        """Pay, if there is enough."""
        if self.level() < points:
            return False
        self._level -= points
        return True

    def give_back(self, points: float) -> None:
        """Return what was asked for but not used."""
        self._level = min(self._limits.points, self._level + points)

    def status(self) -> dict[str, float]:
        """As in `extensions.cost.throttleStatus`."""
        limits = self._limits
        return {
            "maximumAvailable": limits.points,
            "currentlyAvailable": int(self.level()),
            "restoreRate": limits.points_a_second,
        }


class Meter:
    """Computes the requested cost of one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}

    def requested(self, operation: OperationDefinitionNode) -> int:
        """Points asked for by `operation`."""
        mutation = operation.operation is OperationType.MUTATION
        root = self._schema.mutation_type if mutation else self._schema.query_type
        assert root is not None
        fields = sum(1 for node in operation.selection_set.selections if isinstance(node, FieldNode))
        return (10 * fields if mutation else 0) + self._selection(operation.selection_set, root, 1)

    def _selection(
        self, selection: SelectionSetNode, parent: GraphQLObjectType | GraphQLInterfaceType, page: int
    ) -> int:
        points = 0
        for node in selection.selections:
            if isinstance(node, FieldNode):
                points += self._field(node, parent, page)
            elif isinstance(node, InlineFragmentNode):
                points += self._selection(node.selection_set, parent, page)
            elif isinstance(node, FragmentSpreadNode):
                points += self._selection(self._fragments[node.name.value].selection_set, parent, page)
        return points

    def _field(self, node: FieldNode, parent: GraphQLObjectType | GraphQLInterfaceType, page: int) -> int:
        field = parent.fields.get(node.name.value)
        if field is None or node.selection_set is None:
            return 0
        kind = get_named_type(field.type)
        if not isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            return 0
        if kind.name.endswith("Connection"):
            return 1 + self._selection(node.selection_set, kind, self._size(node) or 1)
        inside = 1 + self._selection(node.selection_set, kind, 1)
        if parent.name.endswith("Connection") and node.name.value in ("nodes", "edges"):
            return page * inside
        bare = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        if isinstance(bare, GraphQLList):
            return (self._size(node) or 1) * inside
        return inside

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments:
            if argument.name.value in ("first", "last"):
                value: Any = argument.value
                if isinstance(value, IntValueNode):
                    return int(value.value)
                if isinstance(value, VariableNode):
                    given = self._variables.get(value.name.value)
                    return given if isinstance(given, int) else 0
        return 0


def actual_cost(result: Any) -> int:
    """Objects that really came back."""
    if isinstance(result, dict):
        return 1 + sum(actual_cost(value) for value in result.values())
    if isinstance(result, list):
        return sum(actual_cost(value) for value in result)
    return 0
