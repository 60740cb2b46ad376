"""The shop's doors for people and tests: pages, and the same actions as JSON."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.shopping import Body, Refusal, json_body, pressed, purchase
from sandbox.core.world import World
from sandbox.seed import ADDRESSES
from sandbox.woocommerce import actions
from sandbox.woocommerce.model import KEYS, STATUSES, Order, Way
from sandbox.woocommerce.store import Store
from sandbox.woocommerce.texts import words

_PERMISSIONS = {("read",): "read", ("write",): "write", ("read", "write"): "read_write"}


class Doors:
    """Pages and JSON actions of all shops."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores

    def routes(self) -> list[Route]:
        """Addresses below `/woocommerce`."""
        return [
            Route("/{shop}/", self.front, methods=["GET", "POST"]),
            Route("/{shop}/orders", self.orders_page),
            Route("/{shop}/orders/{order}", self.order_page),
            Route("/{shop}/orders/{order}/{verb}", self.press, methods=["POST"]),
            Route("/{shop}/_sandbox/orders", self.orders_json, methods=["GET", "POST"]),
            Route("/{shop}/_sandbox/orders/{order}", self.order_json),
            Route("/{shop}/_sandbox/orders/{order}/{verb}", self.act, methods=["POST"]),
            Route("/{shop}/_sandbox/subscriptions", self.subscriptions_json),
            Route("/{shop}/_sandbox/{verb}", self.act_on_store, methods=["POST"]),
        ]

    def _store(self, request: Request) -> Store | None:
        return self._stores.get(request.path_params["shop"])

    def _order(self, request: Request) -> tuple[Store, Order] | None:
        store = self._store(request)
        order = store.find_order(request.path_params["order"]) if store else None
        return (store, order) if store and order else None

    def _show(self, request: Request, page: str, status: int = 200, **values: Any) -> Response:
        return self._world.pages.show(f"woocommerce/{page}.html", status, text=words(request), **values)

    def _lost(self, request: Request) -> Response:
        return self._show(request, "lost", 404)

    # Pages

    async def front(self, request: Request) -> Response:
        """The shop front; POST buys."""
        store = self._store(request)
        if store is None:
            return self._lost(request)
        problem = ""
        if request.method == "POST":
            form = {key: str(value) for key, value in (await request.form()).items()}
            try:
                order = actions.buy(store, {**purchase(form), "cod": form.get("paid") == "cod"})
            except Refusal as refused:
                problem = refused.message
            else:
                return RedirectResponse(f"/woocommerce/{store.external_id}/orders/{order.id}?done=buy", 303)
        preset = request.query_params.get("preset", "")
        chosen = int(preset) if preset.isdigit() and int(preset) < len(ADDRESSES) else None
        return self._show(
            request,
            "front",
            400 if problem else 200,
            store=store,
            problem=problem,
            addresses=ADDRESSES,
            address=ADDRESSES[chosen] if chosen is not None else actions.default_address(store),
            cart=_cart(store, request.query_params.get("cart", "")),
        )

    async def orders_page(self, request: Request) -> Response:
        """The admin's list of orders."""
        store = self._store(request)
        if store is None:
            return self._lost(request)
        shown = list(reversed(store.orders.values()))[:200]
        return self._show(request, "orders", store=store, orders=shown, total=len(store.orders))

    async def order_page(self, request: Request) -> Response:
        """One order in the admin."""
        found = self._order(request)
        if found is None:
            return self._lost(request)
        return self._order_view(request, *found, request.query_params.get("done", ""))

    def _order_view(
        self, request: Request, store: Store, order: Order, done: str, problem: str = "", status: int = 200
    ) -> Response:
        return self._show(
            request,
            "order",
            status,
            store=store,
            order=order,
            parcels=actions.describe(store, order)["fulfillments"],
            done=done if done == "buy" or done in actions.VERBS else "",
            problem=problem,
            carriers=list(KEYS),
            statuses=STATUSES,
        )

    async def press(self, request: Request) -> Response:
        """A button on the order page."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in actions.VERBS:
            return self._lost(request)
        store, order = found
        form = {key: str(value) for key, value in (await request.form()).items()}
        try:
            actions.VERBS[verb](store, order, pressed(form))
        except Refusal as refused:
            return self._order_view(request, store, order, "", refused.message, 409)
        return RedirectResponse(f"/woocommerce/{store.external_id}/orders/{order.id}?done={verb}", 303)

    # JSON

    async def orders_json(self, request: Request) -> Response:
        """List orders; POST buys (`count` times)."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        if request.method == "GET":
            return JSONResponse({"orders": [actions.describe(store, order) for order in store.orders.values()]})
        body = await json_body(request)
        if body is None:
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        try:
            made = [actions.buy(store, body) for _ in range(min(int(body.get("count", 1)), 5000))]
        except (Refusal, TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 422)
        described = [actions.describe(store, order) for order in made]
        return JSONResponse({"order": described[0] if described else None, "orders": described}, 201)

    async def order_json(self, request: Request) -> Response:
        """One order."""
        found = self._order(request)
        if found is None:
            return JSONResponse({"error": "unknown order"}, 404)
        return JSONResponse({"order": actions.describe(*found)})

    async def act(self, request: Request) -> Response:
        """Do something to an order."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in actions.VERBS:
            return JSONResponse({"error": "unknown order or action", "actions": list(actions.VERBS)}, 404)
        body = await json_body(request)
        if body is None:
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        try:
            actions.VERBS[verb](*found, body)
        except (Refusal, AttributeError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 422)
        return JSONResponse({"order": actions.describe(*found)})

    async def act_on_store(self, request: Request) -> Response:
        """Change the shop itself: see `_WHOLE_STORE`."""
        store = self._store(request)
        verb = request.path_params["verb"]
        body = await json_body(request)
        if store is None or verb not in _WHOLE_STORE or body is None:
            return JSONResponse({"error": "unknown store or action", "actions": list(_WHOLE_STORE)}, 404)
        try:
            _WHOLE_STORE[verb](store, body)
        except (Refusal, KeyError, ValueError) as wrong:
            return JSONResponse({"error": f"{verb}: {wrong}"}, 400)
        return JSONResponse({"done": verb})

    async def subscriptions_json(self, request: Request) -> Response:
        """All webhooks of the shop."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        rows = [
            {"id": str(hook.id), "topic": hook.topic, "uri": hook.delivery_url, "active": hook.status == "active"}
            for hook in store.hooks.rows.values()
        ]
        return JSONResponse({"subscriptions": rows})


def _stock(store: Store, body: Body) -> None:
    variant = store.variant_by_sku(str(body.get("sku")))
    if variant is None or not isinstance(body.get("stock"), int):
        raise Refusal("a known sku and a whole number are expected")
    variant.stock = body["stock"]


def _scopes(store: Store, body: Body) -> None:
    """What the keys may do: `read`, `write`, or both."""
    store.permissions = _PERMISSIONS[tuple(sorted(body["scopes"]))]


def _keys(store: Store, body: Body) -> None:
    """The owner revoked the keys and made new ones."""
    store.key, store.secret = str(body["consumer_key"]), str(body["consumer_secret"])


def _tracking(store: Store, body: Body) -> None:
    """Which of the three ways of showing parcels the shop has from now on."""
    store.way = Way(body["way"])


def _search(store: Store, body: Body) -> None:
    """Whether searches find anything: a shop can switch them off."""
    store.searches = bool(body["finds"])


_WHOLE_STORE = {
    "rotate_secret": lambda store, body: store.rotate_secret(str(body["secret"])),
    "uninstall": lambda store, body: store.uninstall(),
    "switch_off_webhooks": lambda store, body: store.hooks.switch_all_off(),
    "stock": _stock,
    "scopes": _scopes,
    "keys": _keys,
    "tracking": _tracking,
    "search": _search,
}


def _cart(store: Store, kind: str) -> dict[int, int]:
    """A ready-made choice of goods: one, mixed (one of every vendor), many."""
    variants = list(store.variants.values())
    if kind == "one":
        return {variants[0].id: 1}
    if kind == "mixed":
        first = {variant.product.vendor: variant for variant in reversed(variants)}
        return {variant.id: place + 1 for place, variant in enumerate(first.values())}
    if kind == "many":
        return {variant.id: 2 for variant in variants[:6]}
    return {}
