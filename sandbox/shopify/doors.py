"""The store's doors for people and tests: pages, and the same actions as JSON."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.shopping import Refusal, json_body, pressed, purchase
from sandbox.core.world import World
from sandbox.seed import ADDRESSES
from sandbox.shopify import actions
from sandbox.shopify.carriers import LINKS
from sandbox.shopify.model import Order
from sandbox.shopify.store import Store

_WHOLE_STORE = ("rotate_secret", "uninstall", "switch_off_webhooks", "stock", "scopes", "expire_tokens")

_DONE = {
    "buy": "Order placed.",
    "pay": "The order is paid.",
    "edit": "Changes saved.",
    "cancel": "The order is cancelled.",
    "refund": "Refunded.",
    "ship": "Shipped.",
    "track": "Tracking corrected.",
    "cancel_fulfillment": "The fulfillment is cancelled.",
    "request_fulfillment": "Fulfillment requested.",
    "request_cancellation": "Cancellation requested.",
}


class Doors:
    """Pages and JSON actions of all stores."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores

    def routes(self) -> list[Route]:
        """Addresses below `/shopify`."""
        return [
            Route("/{domain}/", self.front, methods=["GET", "POST"]),
            Route("/{domain}/orders", self.orders_page),
            Route("/{domain}/orders/{order}", self.order_page),
            Route("/{domain}/orders/{order}/{verb}", self.press, methods=["POST"]),
            Route("/{domain}/_sandbox/orders", self.orders_json, methods=["GET", "POST"]),
            Route("/{domain}/_sandbox/orders/{order}", self.order_json),
            Route("/{domain}/_sandbox/orders/{order}/{verb}", self.act, methods=["POST"]),
            Route("/{domain}/_sandbox/subscriptions", self.subscriptions_json),
            Route("/{domain}/_sandbox/{verb}", self.act_on_store, methods=["POST"]),
        ]

    def _store(self, request: Request) -> Store | None:
        return self._stores.get(request.path_params["domain"])

    def _order(self, request: Request) -> tuple[Store, Order] | None:
        store = self._store(request)
        order = store.find_order(request.path_params["order"]) if store else None
        return (store, order) if store and order else None

    def _lost(self) -> Response:
        return self._world.pages.show("shopify/lost.html", 404)

    # Pages

    async def front(self, request: Request) -> Response:
        """The shop front; POST buys."""
        store = self._store(request)
        if store is None:
            return self._lost()
        problem = ""
        if request.method == "POST":
            form = {key: str(value) for key, value in (await request.form()).items()}
            try:
                order = actions.buy(store, purchase(form))
            except Refusal as refused:
                problem = refused.message
            else:
                return RedirectResponse(f"/shopify/{store.domain}/orders/{order.id}?done=buy", 303)
        preset = request.query_params.get("preset", "")
        place = int(preset) if preset.isdigit() and int(preset) < len(ADDRESSES) else None
        address = ADDRESSES[place] if place is not None else actions.default_address(store)
        return self._world.pages.show(
            "shopify/front.html",
            status=400 if problem else 200,
            store=store,
            problem=problem,
            addresses=ADDRESSES,
            address=address,
            cart=_cart(store, request.query_params.get("cart", "")),
        )

    async def orders_page(self, request: Request) -> Response:
        """The admin's list of orders."""
        store = self._store(request)
        if store is None:
            return self._lost()
        shown = list(reversed(store.orders.values()))[:200]
        return self._world.pages.show("shopify/orders.html", store=store, orders=shown, total=len(store.orders))

    async def order_page(self, request: Request) -> Response:
        """One order in the admin."""
        found = self._order(request)
        if found is None:
            return self._lost()
        done = _DONE.get(request.query_params.get("done", ""), "")
        return self._order_view(*found, done, request.query_params.get("problem", ""))

    def _order_view(self, store: Store, order: Order, done: str, problem: str, status: int = 200) -> Response:
        return self._world.pages.show(
            "shopify/order.html",
            status=status,
            store=store,
            order=order,
            done=done,
            problem=problem,
            carriers=list(LINKS),
            attributes=dict(order.attributes),
        )

    async def press(self, request: Request) -> Response:
        """A button on the order page."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in actions.VERBS:
            return self._lost()
        store, order = found
        form = {key: str(value) for key, value in (await request.form()).items()}
        try:
            actions.VERBS[verb](store, order, pressed(form))
        except Refusal as refused:
            return self._order_view(store, order, "", refused.message, 409)
        if verb == "delete":
            return RedirectResponse(f"/shopify/{store.domain}/orders", 303)
        return RedirectResponse(f"/shopify/{store.domain}/orders/{order.id}?done={verb}", 303)

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
        """Rotate the app's secret, uninstall the app, set stock, set scopes, let expiring tokens end."""
        store = self._store(request)
        verb = request.path_params["verb"]
        body = await json_body(request)
        if store is None or verb not in _WHOLE_STORE or body is None:
            return JSONResponse({"error": "unknown store or action", "actions": list(_WHOLE_STORE)}, 404)
        if verb == "rotate_secret" and body.get("secret"):
            store.rotate_secret(str(body["secret"]))
        elif verb == "uninstall":
            store.uninstall()
        elif verb == "switch_off_webhooks":
            store.hooks.switch_all_off()
        elif verb == "expire_tokens":
            store.tokens.expire()
        elif verb == "scopes" and isinstance(body.get("scopes"), list):
            store.scopes = [str(scope) for scope in body["scopes"]]
        elif verb == "stock" and isinstance(body.get("stock"), int):
            variant = store.variant_by_sku(str(body.get("sku")))
            if variant is None:
                return JSONResponse({"error": "unknown sku"}, 404)
            variant.stock = body["stock"]
        else:
            return JSONResponse({"error": f"{verb}: something is missing"}, 400)
        return JSONResponse({"done": verb})

    async def subscriptions_json(self, request: Request) -> Response:
        """The webhook subscriptions of the app in this store."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        rows = [{"id": str(s.id), "topic": s.topic, "uri": s.uri} for s in store.hooks.subscriptions.values()]
        return JSONResponse({"subscriptions": rows})


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
