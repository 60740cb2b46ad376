"""Executes GraphQL on our cut of the Admin schema, with parsed and validated documents kept by their text."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from sandbox.shopify.mutations import MutationRoot
from sandbox.shopify.queries import QueryRoot
from sandbox.shopify.store import Store

SCHEMA_FILE = Path(__file__).parent / "schema.graphql"
_REMEMBERED = 500


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """`currentTotalPriceSet` becomes `current_total_price_set`; `countryCodeV2` becomes `country_code_v2`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


@dataclass(frozen=True)
class Prepared:
    """A document that was parsed and validated."""

    document: DocumentNode
    problems: tuple[GraphQLError, ...]
    operations: dict[str | None, OperationDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation to run; None when the choice is not clear."""
        if name:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


@lru_cache(maxsize=1)
def load_schema() -> GraphQLSchema:
    """Our cut of the schema, with snake_case argument names and Shopify's scalars."""
    schema = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for field in kind.fields.values():
                for name, argument in field.args.items():
                    argument.out_name = snake(name)
        if isinstance(kind, GraphQLInputObjectType):
            for name, entry in kind.fields.items():
                entry.out_name = snake(name)
    _teach(schema, "DateTime", _write_time, _read_time)
    _teach(schema, "Decimal", str, _read_decimal)
    _teach(schema, "URL", str, str)
    return schema


def _teach(schema: GraphQLSchema, name: str, write: Any, read: Any) -> None:
    scalar = schema.type_map[name]
    assert isinstance(scalar, GraphQLScalarType)
    vars(scalar).update(serialize=write, parse_value=read)


def _write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_time(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as wrong:
        raise GraphQLError(f"not a time: {text}") from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_decimal(text: Any) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation as wrong:
        raise GraphQLError(f"not a decimal: {text}") from wrong


def resolve_field(source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
    """Read a field from a node or a plain dict, by its snake_case name."""
    name = snake(info.field_name)
    value = source.get(name) if isinstance(source, dict) else getattr(source, name)
    return value(**given) if callable(value) else value


def resolve_type(value: Any, info: GraphQLResolveInfo, abstract: Any) -> str:
    """The type behind an interface."""
    return str(value.type_name)


class _Plain(ExecutionContext):
    """Nothing here is awaitable: asking every value would take a fifth of the time."""

    is_awaitable = staticmethod(lambda value: False)


class Engine:
    """Prepares and runs documents."""

    def __init__(self) -> None:
        self.schema = load_schema()
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """Parse and validate, or remember having done so; raises GraphQLError on a syntax error."""
        known = self._prepared.get(text)
        if known is None:
            document = parse(text)
            operations = {
                node.name.value if node.name else None: node
                for node in document.definitions
                if isinstance(node, OperationDefinitionNode)
            }
            known = Prepared(document, tuple(validate(self.schema, document)), operations)
            self._prepared[text] = known
            if len(self._prepared) > _REMEMBERED:
                self._prepared.popitem(last=False)
        return known

    def run(
        self, store: Store, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Execute one operation; the answer has `data`, and `errors` when there are any."""
        mutation = operation.operation is OperationType.MUTATION
        result = execute_sync(
            self.schema,
            prepared.document,
            MutationRoot(store) if mutation else QueryRoot(store),
            variable_values=dict(variables),
            operation_name=operation.name.value if operation.name else None,
            field_resolver=resolve_field,
            type_resolver=resolve_type,
            execution_context_class=_Plain,
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [_formatted(error) for error in result.errors]
        return answer


def _formatted(error: GraphQLError) -> dict[str, Any]:
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error  # a defect of the sandbox must not look like an answer of Shopify
    return dict(error.formatted)


def root_fields(operation: OperationDefinitionNode) -> tuple[str, ...]:
    """Names of the fields at the root."""
    return tuple(node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode))
