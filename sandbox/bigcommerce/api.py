"""The REST APIs' HTTP door: token, scope, rate window, faults, and the operations of V2 and V3."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bigcommerce import shapes, writing
from sandbox.bigcommerce.limits import RateWindow
from sandbox.bigcommerce.model import Grant, Hook, Order, Refused, Shipment
from sandbox.bigcommerce.parcels import delete_shipment
from sandbox.bigcommerce.store import Store
from sandbox.core.limits import Limits

Thing = TypeVar("Thing")

_STATUS_PAGE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
LARGEST_PAGE = 250
_ORDERS_READ = ("store_v2_orders", "store_v2_orders_read_only")
_ORDERS_WRITE = ("store_v2_orders",)
_CATALOG = ("store_v2_products", "store_v2_products_read_only")
_INFORMATION = ("store_v2_information", "store_v2_information_read_only")


class NotFound(Exception):
    """There is no such thing."""


@dataclass
class Call:
    """One call to one store."""

    store: Store
    grant: Grant
    request: Request
    body: dict[str, Any]

    def order(self) -> Order:
        """The order of the path; archived ones too."""
        return _found(self.store.orders.get(self.request.path_params["order"]))

    def shipment(self) -> Shipment:
        """The shipment of the path."""
        wanted = self.request.path_params["shipment"]
        return _found(next((one for one in self.order().shipments if one.id == wanted), None))

    def hook(self) -> Hook:
        """The hook of the path; another client's is not there."""
        hook = _found(self.store.hooks.rows.get(self.request.path_params["hook"]))
        return _found(hook if hook.client_id == self.grant.client_id else None)

    def page(self, rows: Sequence[Any]) -> tuple[list[Any], dict[str, int]]:
        """The page the query asks for, and what V3 says about it."""
        size = min(LARGEST_PAGE, _whole(self.request.query_params.get("limit"), 50))
        number = _whole(self.request.query_params.get("page"), 1)
        cut = list(rows[(number - 1) * size : number * size])
        about = {
            "total": len(rows),
            "count": len(cut),
            "per_page": size,
            "current_page": number,
            "total_pages": -(-len(rows) // size),
        }
        return cut, about


@dataclass(frozen=True)
class Operation:
    """One operation, under the name the official description gives it."""

    name: str
    scopes: tuple[str, ...]
    work: Callable[[Call], Response]


class Rest:
    """Answers below `/stores/{hash}/v2` and `/v3`."""

    def __init__(self, stores: dict[str, Store], limits: Limits) -> None:
        self._stores = stores
        self._limits = limits
        self._windows: dict[str, RateWindow] = {}

    def reset(self) -> None:
        """Open a new window everywhere."""
        self._windows.clear()

    def routes(self) -> list[Route]:
        """Every address with its methods."""
        table: dict[str, dict[str, Operation]] = {
            "/v2/store": {"GET": Operation("getStoreInformation", _INFORMATION, _store)},
            "/v2/orders": {
                "GET": Operation("getOrders", _ORDERS_READ, _orders),
                "POST": Operation("createOrder", _ORDERS_WRITE, _create_order),
            },
            "/v2/orders/{order:int}": {
                "GET": Operation("getOrder", _ORDERS_READ, _order),
                "PUT": Operation("updateOrder", _ORDERS_WRITE, _change_order),
            },
            "/v2/orders/{order:int}/products": {"GET": Operation("getOrderProducts", _ORDERS_READ, _products)},
            "/v2/orders/{order:int}/shipping_addresses": {
                "GET": Operation("getOrderShippingAddresses", _ORDERS_READ, _shipping_addresses)
            },
            "/v2/orders/{order:int}/shipments": {
                "GET": Operation("getOrderShipments", _ORDERS_READ, _shipments),
                "POST": Operation("createOrderShipments", _ORDERS_WRITE, _create_shipment),
            },
            "/v2/orders/{order:int}/shipments/{shipment:int}": {
                "GET": Operation("getOrderShipment", _ORDERS_READ, _shipment),
                "PUT": Operation("updateOrderShipment", _ORDERS_WRITE, _change_shipment),
                "DELETE": Operation("deleteOrderShipment", _ORDERS_WRITE, _delete_shipment),
            },
            "/v3/orders/{order:int}/payment_actions/refunds": {
                "GET": Operation("getOrderRefunds", _ORDERS_READ, _refunds)
            },
            "/v3/catalog/products": {"GET": Operation("getProducts", _CATALOG, _catalog)},
            "/v3/hooks": {
                "GET": Operation("getWebhooks", (), _hooks),
                "POST": Operation("createWebhooks", (), _create_hook),
            },
            "/v3/hooks/{hook:int}": {
                "GET": Operation("getWebhook", (), _hook),
                "PUT": Operation("updateWebhook", (), _change_hook),
                "DELETE": Operation("deleteWebhook", (), _delete_hook),
            },
        }
        return [
            Route(f"/stores/{{store}}{path}", self._door(methods), methods=list(methods))
            for path, methods in table.items()
        ]

    def _door(self, methods: dict[str, Operation]) -> Any:
        async def answer(request: Request) -> Response:
            return await self._answer(request, methods["GET" if request.method == "HEAD" else request.method])

        return answer

    async def _answer(self, request: Request, operation: Operation) -> Response:
        store = self._stores.get(request.path_params["store"])
        grant = store.grants.get(request.headers.get("X-Auth-Token", "")) if store else None
        if store is None or grant is None:
            if store is not None:
                store.write("call.denied", reason="invalid access token")
            return _error(request, 401, "X-Auth-Token header is required, or the token is not valid for this store")
        window = self._windows.setdefault(store.external_id, RateWindow(self._limits))
        if self._limits.on and not window.take():
            self._limits.refuse(store.system)
            store.write("call.throttled", operation=operation.name)
            return _with(_error(request, 429, "You have exceeded the maximum number of requests."), window)
        self._limits.spend(store.system)
        if operation.scopes and not set(operation.scopes) & set(grant.scopes):
            store.write("call.denied", reason=f"{operation.name} needs {' or '.join(operation.scopes)}")
            return _with(_error(request, 403, "You don't have a required scope to access the endpoint"), window)
        raw = await request.body()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            return _error(request, 400, "The body is not valid JSON.")
        call = Call(store, grant, request, body if isinstance(body, dict) else {})

        async def work() -> Response:
            return _with(_run(operation, call), window)

        # A 429 of the fault board carries no window: that is what the platform sends under its own load.
        return await store.world.answer(
            store.system, operation.name, work, lambda status: _error(request, status, "The platform is busy.")
        )


def _run(operation: Operation, call: Call) -> Response:
    try:
        return operation.work(call)
    except NotFound:
        return _error(call.request, 404, "The requested resource was not found.")
    except Refused as refused:
        call.store.write("call.refused", operation=operation.name, reason=refused.message)
        return _error(call.request, refused.status, refused.message)


def _store(call: Call) -> Response:
    return JSONResponse(shapes.store_shape(call.store))


def _orders(call: Call) -> Response:
    """Lists leave archived orders out. An empty list has no body at all."""
    query = call.request.query_params
    since, until = _moment(query.get("min_date_modified")), _moment(query.get("max_date_modified"))
    found = [order for order in call.store.orders.values() if not order.is_deleted]
    if since:
        found = [order for order in found if order.modified_at >= since]
    if until:
        found = [order for order in found if order.modified_at <= until]
    for name, value_of in _FILTERS.items():
        if name in query:
            found = [order for order in found if value_of(order) == query[name]]
    key, _, direction = query.get("sort", "id:asc").partition(":")
    if key not in _SORTS or direction not in ("", "asc", "desc"):
        raise Refused("The field 'sort' is invalid.")
    found.sort(key=_SORTS[key], reverse=direction == "desc")
    page, _ = call.page(found)
    return _list([shapes.order_shape(call.store, order, _included(call)) for order in page])


_FILTERS: dict[str, Callable[[Order], str]] = {
    "external_order_id": lambda order: order.external_order_id,
    "status_id": lambda order: str(order.status_id),
    "email": lambda order: order.billing.email,
    "payment_method": lambda order: order.payment_method,
}
_SORTS: dict[str, Callable[[Order], Any]] = {
    "id": lambda order: order.id,
    "date_created": lambda order: (order.created_at, order.id),
    "date_modified": lambda order: (order.modified_at, order.id),
    "status_id": lambda order: (order.status_id, order.id),
}


def _create_order(call: Call) -> Response:
    order = writing.create_order(call.store, call.body)
    return JSONResponse(shapes.order_shape(call.store, order, _included(call)), 201)


def _order(call: Call) -> Response:
    return JSONResponse(shapes.order_shape(call.store, call.order(), _included(call)))


def _change_order(call: Call) -> Response:
    writing.change_order(call.store, call.order(), call.body)
    return JSONResponse(shapes.order_shape(call.store, call.order(), _included(call)))


def _products(call: Call) -> Response:
    page, _ = call.page(call.order().lines)
    return _list([shapes.line_shape(call.order(), line) for line in page])


def _shipping_addresses(call: Call) -> Response:
    page, _ = call.page(call.order().destinations)
    return _list([shapes.shipping_address_shape(call.order(), one) for one in page])


def _shipments(call: Call) -> Response:
    page, _ = call.page(call.order().shipments)
    return _list([shapes.shipment_shape(shipment) for shipment in page])


def _create_shipment(call: Call) -> Response:
    return JSONResponse(shapes.shipment_shape(writing.create_shipment(call.store, call.order(), call.body)), 201)


def _shipment(call: Call) -> Response:
    return JSONResponse(shapes.shipment_shape(call.shipment()))


def _change_shipment(call: Call) -> Response:
    writing.change_shipment(call.store, call.shipment(), call.body)
    return JSONResponse(shapes.shipment_shape(call.shipment()))


def _delete_shipment(call: Call) -> Response:
    delete_shipment(call.store, call.shipment(), "api")
    return Response(status_code=204)


def _refunds(call: Call) -> Response:
    order = call.order()
    return _wrapped([shapes.refund_shape(order, refund) for refund in order.refunds])


def _catalog(call: Call) -> Response:
    page, about = call.page(list(call.store.products.values()))
    rows = [shapes.product_shape(call.store, product) for product in page]
    asked = call.request.query_params.get("include", "").split(",")
    for row in rows:
        for part in ("variants", "primary_image"):
            if part not in asked:
                del row[part]
    return _wrapped(rows, about)


def _hooks(call: Call) -> Response:
    page, about = call.page(call.store.hooks.of(call.grant.client_id))
    return _wrapped([shapes.hook_shape(call.store, hook) for hook in page], about)


def _create_hook(call: Call) -> Response:
    return _wrapped(shapes.hook_shape(call.store, call.store.hooks.make(call.grant, call.body)))


def _hook(call: Call) -> Response:
    return _wrapped(shapes.hook_shape(call.store, call.hook()))


def _change_hook(call: Call) -> Response:
    call.store.hooks.change(call.hook(), call.body)
    return _wrapped(shapes.hook_shape(call.store, call.hook()))


def _delete_hook(call: Call) -> Response:
    hook = call.hook()
    call.store.hooks.remove(hook, "deleted")
    return _wrapped(shapes.hook_shape(call.store, hook))


def _included(call: Call) -> bool:
    query = call.request.query_params
    return query.get("include", "") == "consignments.line_items" and query.get("consignment_structure") == "object"


def _found(thing: Thing | None) -> Thing:
    if thing is None:
        raise NotFound
    return thing


def _list(rows: list[Any]) -> Response:
    return JSONResponse(rows) if rows else Response(status_code=204)


def _wrapped(found: Any, pagination: dict[str, int] | None = None) -> Response:
    return JSONResponse({"data": found, "meta": {"pagination": pagination} if pagination else {}})


def _with(answer: Response, window: RateWindow) -> Response:
    answer.headers.update(window.headers())
    return answer


def _error(request: Request, status: int, message: str) -> Response:
    """V2 answers a list of messages, V3 an object with a title."""
    if "/v2/" in request.url.path and status not in (401, 403, 429):
        return JSONResponse([{"status": status, "message": message}], status)
    return JSONResponse({"status": status, "title": message, "type": _STATUS_PAGE, "errors": {}}, status)


def _moment(written: str | None) -> datetime | None:
    """RFC 2822 or ISO 8601, as the API takes both."""
    if not written:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(written)
        except (TypeError, ValueError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    raise Refused("The date is invalid.")


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written and written.isdigit() and int(written) > 0 else otherwise
