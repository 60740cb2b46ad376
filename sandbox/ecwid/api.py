"""The REST API v3: authentication, rate limit, and every call as the operation that fault switches name."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.ecwid import orders, shapes
from sandbox.ecwid.model import FULFILLMENT_STATUSES, PAYMENT_STATUSES, Order
from sandbox.ecwid.placing import BadField, changes_from, order_from
from sandbox.ecwid.store import Store

CALLS_A_MINUTE = 600
DEAD_CALLS_A_MINUTE = 20
LARGEST_PAGE = 100

Answer = Callable[[Store, Request], Awaitable[Response]]


def error(status: int, code: str = "", message: str = "") -> Response:
    """An error as Ecwid writes it."""
    words = {429: "Too many requests", 500: "Internal server error", 503: "Service unavailable"}
    return JSONResponse({"errorMessage": message or words.get(status, code), "errorCode": code or str(status)}, status)


class RestApi:
    """Handlers below `/api/v3/{store}`; operation names for faults are those of the contract, such as `createOrder`."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores
        self._calls: dict[str, list[float]] = {}

    def reset(self) -> None:
        """Forget who has called how often."""
        self._calls.clear()

    def routes(self) -> list[Route]:
        """The addresses of the API."""
        base = "/api/v3/{store}"
        return [
            self._route(f"{base}/profile", "getProfile", "read_store_profile", self.profile),
            self._route(f"{base}/profile/order_statuses", "getStatuses", "read_store_profile", self.statuses),
            self._route(f"{base}/latest-stats", "getLatestStats", "read_store_profile", self.latest_stats),
            self._route(f"{base}/products", "searchProducts", "read_catalog", self.products),
            self._route(f"{base}/orders", "searchOrders", "read_orders", self.search),
            self._route(f"{base}/orders", "createOrder", "create_orders", self.create, "POST"),
            self._route(f"{base}/orders/deleted", "searchDeletedOrders", "read_orders", self.deleted),
            self._route(f"{base}/orders/{{order}}", "getOrder", "read_orders", self.order),
            self._route(f"{base}/orders/{{order}}", "updateOrder", "update_orders", self.update, "PUT"),
            self._route(f"{base}/orders/{{order}}", "deleteOrder", "update_orders", self.delete, "DELETE"),
        ]

    def _route(self, path: str, operation: str, scope: str, work: Answer, method: str = "GET") -> Route:
        async def answer(request: Request) -> Response:
            store = self._stores.get(request.path_params["store"])
            if store is None:
                return error(404, "STORE_NOT_FOUND", "There is no such store")

            async def do() -> Response:
                return self._refused(store, request, scope) or await work(store, request)

            return await self._world.answer(store.system, operation, do, error)

        return Route(path, answer, methods=[method])

    def _refused(self, store: Store, request: Request, scope: str) -> Response | None:
        """Whether the call may go on: the token, how often it called, the plan, the scope."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        alive = token in store.tokens
        if not self._has_room(token, CALLS_A_MINUTE if alive else DEAD_CALLS_A_MINUTE):
            self._world.limits.refuse(store.system)
            store.write("call.throttled", path=request.url.path)
            refused = error(429, "TOO_MANY_REQUESTS")
            refused.headers["Retry-After"] = "60"
            return refused
        self._world.limits.spend(store.system)
        if not alive:
            store.write("call.denied", path=request.url.path, why="token")
            return error(403, "INVALID_API_TOKEN", "The token is not valid")
        if store.plan != "active":
            code = "STORE_IS_SUSPENDED" if store.plan == "suspended" else "NOT_AVAILABLE_ON_CURRENT_PLAN"
            return error(402, code, "The API is not available to this store")
        if scope not in store.tokens[token]:
            store.write("call.denied", path=request.url.path, why=scope)
            return error(403, "INSUFFICIENT_APP_SCOPE", f"The app has no access scope {scope}")
        return None

    def _has_room(self, token: str, most: int) -> bool:
        if not self._world.limits.on:
            return True
        moment = self._world.limits.now()
        calls = [at for at in self._calls.get(token, []) if at > moment - 60]
        self._calls[token] = [*calls, moment]
        return len(calls) < most

    async def profile(self, store: Store, request: Request) -> Response:
        """Who the store is, and its currency."""
        return _answer(shapes.profile_json(store), request)

    async def statuses(self, store: Store, request: Request) -> Response:
        """The statuses and whether the customer is mailed when they are given."""
        rows = [(one, "PAYMENT_STATUS") for one in PAYMENT_STATUSES]
        rows += [(one, "FULFILLMENT_STATUS") for one in FULFILLMENT_STATUSES]
        items = [
            {
                "statusId": name,
                "orderStatusType": kind,
                "defaultStatus": not name.startswith("CUSTOM"),
                "enabled": not name.startswith("CUSTOM"),
                "sendNotificationWhenStatusIsAssigned": True,
            }
            for name, kind in rows
        ]
        return _answer({"items": items}, request)

    async def latest_stats(self, store: Store, request: Request) -> Response:
        """When something last changed."""
        newest = max((order.updated_at for order in store.orders.values()), default=datetime(2025, 3, 3, tzinfo=UTC))
        return _answer({"ordersUpdated": shapes.date(newest), "productsUpdated": shapes.date(newest)}, request)

    async def products(self, store: Store, request: Request) -> Response:
        """The catalogue; the only order this simulator knows is that of adding."""
        rows = [shapes.product_json(store, product) for product in store.products.values()]
        return _page(rows, request)

    async def search(self, store: Store, request: Request) -> Response:
        """Orders, newest first: there is no way to sort them otherwise."""
        try:
            found = [order for order in store.orders.values() if _wanted(store, order, request)]
        except ValueError as wrong:
            return error(400, "INVALID_PARAMETER", str(wrong))
        found.sort(key=lambda order: (order.created_at, order.internal_id), reverse=True)
        return _page([shapes.order_json(store, order) for order in found], request)

    async def deleted(self, store: Store, request: Request) -> Response:
        """What was deleted, and when."""
        return _page([{"id": name, "date": shapes.date(at)} for name, at in reversed(store.deleted)], request)

    async def order(self, store: Store, request: Request) -> Response:
        """One order by its text id."""
        found = store.find_order(request.path_params["order"])
        if found is None:
            return error(404, "ORDER_NOT_FOUND", "There is no such order")
        return _answer(shapes.order_json(store, found), request)

    async def create(self, store: Store, request: Request) -> Response:
        """Place an order as an app."""
        try:
            order = order_from(store, _body(await request.body()))
        except BadField as wrong:
            return error(400, "INVALID_FIELD", str(wrong))
        orders.place_order(store, order, "api")
        return JSONResponse({"id": order.internal_id, "orderid": order.id})

    async def update(self, store: Store, request: Request) -> Response:
        """Change the fields that are given; a list of items replaces all lines."""
        found = store.find_order(request.path_params["order"])
        if found is None:
            return error(404, "ORDER_NOT_FOUND", "There is no such order")
        try:
            changes = changes_from(store, _body(await request.body()))
        except BadField as wrong:
            return error(400, "INVALID_FIELD", str(wrong))
        orders.write_order(store, found, changes)
        return JSONResponse({"updateCount": 1})

    async def delete(self, store: Store, request: Request) -> Response:
        """Erase an order."""
        found = store.find_order(request.path_params["order"])
        if found is None:
            return error(404, "ORDER_NOT_FOUND", "There is no such order")
        orders.delete_order(store, found, "api")
        return JSONResponse({"deleteCount": 1})


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw, parse_float=Decimal)
    except ValueError as wrong:
        raise BadField("the body is not JSON") from wrong
    if not isinstance(body, dict):
        raise BadField("the body is not an object")
    return body


def _answer(answer: dict[str, Any], request: Request) -> Response:
    return JSONResponse(shapes.trimmed(answer, request.query_params.get("responseFields", "")))


def _page(rows: list[dict[str, Any]], request: Request) -> Response:
    try:
        offset = max(0, int(request.query_params.get("offset", "0")))
        limit = min(LARGEST_PAGE, max(1, int(request.query_params.get("limit", str(LARGEST_PAGE)))))
    except ValueError:
        return error(400, "INVALID_PARAMETER", "offset and limit are whole numbers")
    items = rows[offset : offset + limit]
    page = {"total": len(rows), "count": len(items), "offset": offset, "limit": limit, "items": items}
    return _answer(page, request)


def _wanted(store: Store, order: Order, request: Request) -> bool:
    query = request.query_params
    keywords = query.get("keywords", "").casefold()
    if keywords and keywords not in store.indexed(order):
        return False
    for name, status in (("paymentStatus", order.payment_status), ("fulfillmentStatus", order.fulfillment_status)):
        if query.get(name) and status not in query[name].split(","):
            return False
    if query.get("ids") and not {order.id, str(order.internal_id)} & set(query["ids"].split(",")):
        return False
    times = {"updated": order.updated_at, "created": order.created_at}
    for name, at in times.items():
        first, last = _moment(query.get(f"{name}From", "")), _moment(query.get(f"{name}To", ""))
        if (first and at < first) or (last and at > last):
            return False
    return True


def _moment(written: str) -> datetime | None:
    """A bound in Unix seconds or as a date and time in UTC."""
    if not written:
        return None
    if written.isdecimal():
        return datetime.fromtimestamp(int(written), UTC)
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
