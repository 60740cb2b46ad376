"""The Admin API's HTTP door: token, version, cost, faults, execution."""

import json
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.core.limits import Limits
from sandbox.shopify.cost import LARGEST_QUERY, Bucket, Meter, actual_cost
from sandbox.shopify.engine import Engine, Prepared, root_fields
from sandbox.shopify.hooks import API_VERSION
from sandbox.shopify.store import Store

_HEADERS = {"X-Shopify-API-Version": API_VERSION}
_LIMITS = "https://shopify.dev/api/usage/rate-limits"
_ANY_SHIPPING = (
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
# One of these scopes is needed; a field that is not listed needs none here.
_NEEDED: dict[str, tuple[str, ...]] = {
    "orders": ("read_orders", "write_orders"),
    "order": ("read_orders", "write_orders"),
    "orderCreate": ("write_orders",),
    "orderCancel": ("write_orders",),
    "orderMarkAsPaid": ("write_orders",),
    "tagsAdd": ("write_orders",),
    "fulfillmentCreate": _ANY_SHIPPING,
    "fulfillmentTrackingInfoUpdate": _ANY_SHIPPING,
    "fulfillmentCancel": _ANY_SHIPPING,
    "fulfillmentServiceCreate": ("write_fulfillments",),
    "fulfillmentOrderAcceptFulfillmentRequest": ("write_assigned_fulfillment_orders",),
    "fulfillmentOrderRejectFulfillmentRequest": ("write_assigned_fulfillment_orders",),
    "fulfillmentOrderAcceptCancellationRequest": ("write_assigned_fulfillment_orders",),
    "fulfillmentOrderRejectCancellationRequest": ("write_assigned_fulfillment_orders",),
    "fulfillmentServiceDelete": ("write_fulfillments",),
}


class AdminApi:
    """Answers `POST /{domain}/admin/api/{version}/graphql.json`."""

    def __init__(self, stores: dict[str, Store], limits: Limits) -> None:
        self._stores = stores
        self._limits = limits
        self._engine = Engine()
        self._buckets: dict[str, Bucket] = {}

    def reset(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        store = self._stores.get(request.path_params["domain"])
        if store is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        if not store.installed or not store.tokens.accepts(request.headers.get("X-Shopify-Access-Token")):
            store.write("call.denied", reason="invalid access token")
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": text}, 401)
        try:
            body = json.loads(await request.body())
            text, variables, name = body["query"], body.get("variables") or {}, body.get("operationName")
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        if not isinstance(text, str) or not isinstance(variables, dict):
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        try:
            prepared = self._engine.prepare(text)
        except GraphQLError as wrong:
            return _answer({"errors": [dict(wrong.formatted)]})
        operation = prepared.operation(name)
        if operation is None or prepared.problems:
            problems = [dict(problem.formatted) for problem in prepared.problems]
            return _answer({"errors": problems or [{"message": "An operation name is required"}]})
        names = (*([operation.name.value] if operation.name else []), *root_fields(operation))

        async def work() -> Response:
            return self._run(store, prepared, operation, variables)

        return await store.world.answer(store.system, names, work)

    def _run(
        self, store: Store, prepared: Prepared, operation: OperationDefinitionNode, variables: dict[str, Any]
    ) -> Response:
        for field in root_fields(operation):
            needed = _NEEDED.get(field)
            if needed and not set(needed) & set(store.scopes):
                store.write("call.denied", reason=f"{field} needs {' or '.join(needed)}")
                return _answer(_access_denied(field, needed))
        if not self._limits.on:
            return _answer(self._engine.run(store, prepared, operation, variables))
        requested = Meter(self._engine.schema, prepared.document, variables).requested(operation)
        if requested > LARGEST_QUERY:
            store.write("call.too_expensive", operation=root_fields(operation)[0], cost=requested)
            return _answer(_too_expensive(requested))
        bucket = self._buckets.setdefault(store.domain, Bucket(self._limits))
        if not bucket.take(requested):
            self._limits.refuse(store.system)
            store.write("call.throttled", operation=root_fields(operation)[0], cost=requested)
            extensions = {"code": "THROTTLED", "documentation": _LIMITS}
            cost = {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": bucket.status()}
            return _answer(
                {"errors": [{"message": "Throttled", "extensions": extensions}], "extensions": {"cost": cost}}
            )
        answer = self._engine.run(store, prepared, operation, variables)
        spent = min(requested, max(1, actual_cost(answer["data"]) - 1 if answer["data"] else 1))
        if operation.operation.value == "mutation":
            spent = max(10, spent)
        bucket.give_back(requested - spent)
        self._limits.spend(store.system, spent)
        cost = {"requestedQueryCost": requested, "actualQueryCost": spent, "throttleStatus": bucket.status()}
        answer["extensions"] = {"cost": cost}
        return _answer(answer)


def _answer(body: dict[str, Any]) -> Response:
    return JSONResponse(body, headers=_HEADERS)


def _access_denied(field: str, needed: tuple[str, ...]) -> dict[str, Any]:
    scopes = " or ".join(f"`{scope}`" for scope in needed)
    return {
        "data": None,
        "errors": [
            {
                "message": f"Access denied for {field} field. Required access: {scopes} access scope.",
                "extensions": {"code": "ACCESS_DENIED", "requiredAccess": f"{scopes} access scope."},
                "path": [field],
            }
        ],
    }


def _too_expensive(cost: int) -> dict[str, Any]:
    message = f"Query cost is {cost}, which exceeds the single query max cost limit ({LARGEST_QUERY})."
    extensions = {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": LARGEST_QUERY, "documentation": _LIMITS}
    return {"errors": [{"message": message, "extensions": extensions}]}
