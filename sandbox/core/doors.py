"""The doors of a platform's stores for people and tests: pages, and the same actions as JSON.

What is the same everywhere. A platform adds what is its own: how to buy, its verbs, its words, what its pages show.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.shopping import Body, Refusal, json_body, pressed, purchase
from sandbox.core.world import World
from sandbox.seed import ADDRESSES

LARGEST_PURCHASE = 5000
LONGEST_LIST = 200


class SeenOrder(Protocol):
    """An order, as far as its address goes."""

    @property
    def id(self) -> int | str:
        """What names it in an address."""


OrderT = TypeVar("OrderT", bound=SeenOrder)


class SeenStore(Protocol):
    """A store, as far as all platforms agree."""

    @property
    def orders(self) -> dict[Any, Any]:
        """Every order, oldest first."""

    def find_order(self, wanted: str) -> Any:
        """By whatever people call it; None when there is none."""


StoreT = TypeVar("StoreT", bound=SeenStore)


class StoreDoors(Generic[StoreT, OrderT]):
    """Pages and JSON actions of all stores of one platform."""

    platform: ClassVar[str]
    buy: Callable[[StoreT, Body], OrderT]
    """A customer orders."""
    describe: Callable[[StoreT, OrderT], Body]
    """An order as plain JSON."""
    default_address: Callable[[StoreT], Mapping[str, str]]
    """Who buys when nobody says so: somebody in the store's country."""
    verbs: Mapping[str, Callable[[StoreT, OrderT, Body], None]]
    """What somebody can do to an order."""
    store_verbs: Mapping[str, Callable[[StoreT, Body], Body | None]]
    """What can be done to a store itself; may answer more than that it is done."""
    erased_by: ClassVar[frozenset[str]] = frozenset()
    """The verbs after which there is no order to go back to."""

    def __init__(self, world: World, stores: dict[str, StoreT]) -> None:
        self._world = world
        self._stores = stores

    # What a platform says for itself

    def webhooks(self, store: StoreT) -> list[Body]:
        """Where the store's webhooks go: id, topic, uri of each."""
        raise NotImplementedError

    def words(self, request: Request) -> Body:
        """What every template needs, in the language the browser asks for."""
        return {}

    def purchase(self, form: dict[str, str]) -> Body:
        """The shop front's form as the body of a purchase."""
        return purchase(form)

    def front_values(self, store: StoreT, request: Request) -> Body:
        """What the shop front shows besides goods and addresses."""
        return {}

    def list_values(self, store: StoreT) -> Body:
        """What the list of orders shows besides them."""
        return {}

    def order_values(self, store: StoreT, order: OrderT) -> Body:
        """What the page of an order shows besides it."""
        return {}

    # Addresses

    def routes(self) -> list[Route]:
        """Addresses below the platform's own."""
        return [
            Route("/{store}/", self.front, methods=["GET", "POST"]),
            Route("/{store}/orders", self.orders_page),
            Route("/{store}/orders/{order}", self.order_page),
            Route("/{store}/orders/{order}/{verb}", self.press, methods=["POST"]),
            Route("/{store}/_sandbox/orders", self.orders_json, methods=["GET", "POST"]),
            Route("/{store}/_sandbox/orders/{order}", self.order_json),
            Route("/{store}/_sandbox/orders/{order}/{verb}", self.act, methods=["POST"]),
            Route("/{store}/_sandbox/subscriptions", self.subscriptions_json),
            Route("/{store}/_sandbox/{verb}", self.act_on_store, methods=["POST"]),
        ]

    def _store(self, request: Request) -> StoreT | None:
        return self._stores.get(request.path_params["store"])

    def _order(self, request: Request) -> tuple[StoreT, OrderT] | None:
        store = self._store(request)
        order = store.find_order(request.path_params["order"]) if store else None
        return (store, order) if store and order else None

    def show(self, request: Request, page: str, status: int = 200, **values: Any) -> Response:
        """Answer with one of the platform's pages."""
        return self._world.pages.show(f"{self.platform}/{page}.html", status, **self.words(request), **values)

    def lost(self, request: Request) -> Response:
        """Answer that there is no such thing."""
        return self.show(request, "lost", 404)

    def _back(self, request: Request, order: OrderT, verb: str) -> Response:
        orders = f"/{self.platform}/{request.path_params['store']}/orders"
        there = orders if verb in self.erased_by else f"{orders}/{order.id}?done={verb}"
        return RedirectResponse(there, 303)

    # Pages

    async def front(self, request: Request) -> Response:
        """The shop front; POST buys."""
        store = self._store(request)
        if store is None:
            return self.lost(request)
        problem = ""
        if request.method == "POST":
            try:
                return self._back(request, self.buy(store, self.purchase(await _form(request))), "buy")
            except Refusal as refused:
                problem = refused.message
        preset = request.query_params.get("preset", "")
        chosen = int(preset) if preset.isdigit() and int(preset) < len(ADDRESSES) else None
        return self.show(
            request,
            "front",
            400 if problem else 200,
            store=store,
            problem=problem,
            addresses=ADDRESSES,
            address=ADDRESSES[chosen] if chosen is not None else self.default_address(store),
            **self.front_values(store, request),
        )

    async def orders_page(self, request: Request) -> Response:
        """The list of orders that the store's people see."""
        store = self._store(request)
        if store is None:
            return self.lost(request)
        shown = list(reversed(store.orders.values()))[:LONGEST_LIST]
        return self.show(
            request, "orders", store=store, orders=shown, total=len(store.orders), **self.list_values(store)
        )

    async def order_page(self, request: Request) -> Response:
        """One order as the store's people see it."""
        found = self._order(request)
        if found is None:
            return self.lost(request)
        done = request.query_params.get("done", "")
        return self._order_view(request, *found, done=done if done == "buy" or done in self.verbs else "")

    def _order_view(
        self, request: Request, store: StoreT, order: OrderT, done: str = "", problem: str = "", status: int = 200
    ) -> Response:
        values = self.order_values(store, order)
        return self.show(request, "order", status, store=store, order=order, done=done, problem=problem, **values)

    async def press(self, request: Request) -> Response:
        """A button on the order page."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in self.verbs:
            return self.lost(request)
        store, order = found
        try:
            self.verbs[verb](store, order, pressed(await _form(request)))
        except Refusal as refused:
            return self._order_view(request, store, order, problem=refused.message, status=409)
        return self._back(request, order, verb)

    # JSON

    async def orders_json(self, request: Request) -> Response:
        """List orders; POST buys (`count` times)."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        if request.method == "GET":
            return JSONResponse({"orders": [self.describe(store, order) for order in store.orders.values()]})
        body = await json_body(request)
        if body is None:
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        try:
            made = [self.buy(store, body) for _ in range(min(int(body.get("count", 1)), LARGEST_PURCHASE))]
        except (Refusal, AttributeError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 422)
        described = [self.describe(store, order) for order in made]
        return JSONResponse({"order": described[0] if described else None, "orders": described}, 201)

    async def order_json(self, request: Request) -> Response:
        """One order."""
        found = self._order(request)
        if found is None:
            return JSONResponse({"error": "unknown order"}, 404)
        return JSONResponse({"order": self.describe(*found)})

    async def act(self, request: Request) -> Response:
        """Do something to an order."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in self.verbs:
            return JSONResponse({"error": "unknown order or action", "actions": list(self.verbs)}, 404)
        body = await json_body(request)
        if body is None:
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        try:
            self.verbs[verb](*found, body)
        except (Refusal, AttributeError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 422)
        return JSONResponse({"order": self.describe(*found)})

    async def act_on_store(self, request: Request) -> Response:
        """Do something to the store itself: see ``store_verbs``."""
        store = self._store(request)
        verb = request.path_params["verb"]
        body = await json_body(request)
        if store is None or verb not in self.store_verbs or body is None:
            return JSONResponse({"error": "unknown store or action", "actions": list(self.store_verbs)}, 404)
        try:
            told = self.store_verbs[verb](store, body)
        except (Refusal, KeyError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": f"{verb}: {wrong}"}, 400)
        return JSONResponse({"done": verb, **(told or {})})

    async def subscriptions_json(self, request: Request) -> Response:
        """Where the store's webhooks go."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        return JSONResponse({"subscriptions": self.webhooks(store)})


async def _form(request: Request) -> dict[str, str]:
    return {key: str(value) for key, value in (await request.form()).items()}


def scopes_in(body: Body) -> list[str]:
    """The permissions that a body names; raises TypeError or KeyError without a list of them."""
    if not isinstance(body["scopes"], list):
        raise TypeError("a list of scopes is expected")
    return [str(scope) for scope in body["scopes"]]


class Stocked(Protocol):
    """Something with pieces on hand."""

    stock: int


def set_stock(good: Stocked | None, body: Body) -> None:
    """Put so many pieces on the shelf; raises Refusal for goods that nobody knows."""
    if good is None or not isinstance(body.get("stock"), int):
        raise Refusal("a known sku and a whole number are expected")
    good.stock = body["stock"]
