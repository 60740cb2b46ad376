"""The store's doors for people and tests: pages, and the same actions as JSON."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.bigcommerce import actions
from sandbox.bigcommerce.carriers import CARRIERS
from sandbox.bigcommerce.model import STATUSES, Order, Refused
from sandbox.bigcommerce.store import Store
from sandbox.bigcommerce.texts import words
from sandbox.core.world import World
from sandbox.seed import ADDRESSES

_WHOLE_STORE = ("rotate_secret", "uninstall", "switch_off_webhooks", "stock", "scopes")


class Doors:
    """Pages and JSON actions of all stores."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores

    def routes(self) -> list[Route]:
        """Addresses below `/bigcommerce`."""
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

    def _store(self, request: Request) -> Store | None:
        return self._stores.get(request.path_params["store"])

    def _order(self, request: Request) -> tuple[Store, Order] | None:
        store = self._store(request)
        order = store.find_order(request.path_params["order"]) if store else None
        return (store, order) if store and order else None

    def _show(self, request: Request, page: str, status: int = 200, **values: Any) -> Response:
        return self._world.pages.show(f"bigcommerce/{page}.html", status, text=words(request), **values)

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
                order = actions.buy(store, _purchase(form))
            except Refused as refused:
                problem = refused.message
            else:
                return RedirectResponse(f"/bigcommerce/{store.external_id}/orders/{order.id}?done=buy", 303)
        preset = request.query_params.get("preset", "")
        chosen = int(preset) if preset.isdigit() and int(preset) < len(ADDRESSES) else None
        address = ADDRESSES[chosen] if chosen is not None else actions.default_address(store)
        return self._show(
            request,
            "front",
            400 if problem else 200,
            store=store,
            problem=problem,
            addresses=ADDRESSES,
            address=address,
            cart=_cart(store, request.query_params.get("cart", "")),
        )

    async def orders_page(self, request: Request) -> Response:
        """The control panel's list of orders."""
        store = self._store(request)
        if store is None:
            return self._lost(request)
        shown = list(reversed(store.orders.values()))[:200]
        return self._show(request, "orders", store=store, orders=shown, total=len(store.orders), statuses=STATUSES)

    async def order_page(self, request: Request) -> Response:
        """One order in the control panel."""
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
            done=done if done == "buy" or done in actions.VERBS else "",
            problem=problem,
            carriers=list(CARRIERS),
            statuses=STATUSES,
        )

    async def press(self, request: Request) -> Response:
        """A button on the order page."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in actions.VERBS:
            return self._lost(request)
        form = {key: str(value) for key, value in (await request.form()).items()}
        try:
            actions.VERBS[verb](*found, _pressed(form))
        except Refused as refused:
            return self._order_view(request, *found, "", refused.message, 409)
        store, order = found
        return RedirectResponse(f"/bigcommerce/{store.external_id}/orders/{order.id}?done={verb}", 303)

    # JSON

    async def orders_json(self, request: Request) -> Response:
        """List orders; POST buys (`count` times)."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        if request.method == "GET":
            return JSONResponse({"orders": [actions.describe(store, order) for order in store.orders.values()]})
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        try:
            made = [actions.buy(store, body) for _ in range(min(int(body.get("count", 1)), 5000))]
        except (Refused, TypeError, ValueError) as wrong:
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
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        try:
            actions.VERBS[verb](*found, body)
        except (Refused, AttributeError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 422)
        return JSONResponse({"order": actions.describe(*found)})

    async def act_on_store(self, request: Request) -> Response:
        """Rotate the client secrets, remove the app, set stock, set scopes."""
        store = self._store(request)
        verb = request.path_params["verb"]
        body = await _body(request)
        if store is None or verb not in _WHOLE_STORE or body is None:
            return JSONResponse({"error": "unknown store or action", "actions": list(_WHOLE_STORE)}, 404)
        if verb == "rotate_secret" and body.get("secret"):
            store.rotate_secret(str(body["secret"]))
        elif verb == "uninstall":
            store.uninstall()
        elif verb == "switch_off_webhooks":
            store.hooks.switch_all_off()
        elif verb == "scopes" and isinstance(body.get("scopes"), list):
            for grant in store.grants.values():
                grant.scopes = [str(scope) for scope in body["scopes"]]
        elif verb == "stock" and isinstance(body.get("stock"), int):
            variant = store.variant_by_sku(str(body.get("sku")))
            if variant is None:
                return JSONResponse({"error": "unknown sku"}, 404)
            variant.stock = body["stock"]
        else:
            return JSONResponse({"error": f"{verb}: something is missing"}, 400)
        return JSONResponse({"done": verb})

    async def subscriptions_json(self, request: Request) -> Response:
        """All hooks of the store, of whatever client."""
        store = self._store(request)
        if store is None:
            return JSONResponse({"error": "unknown store"}, 404)
        rows = [
            {"id": str(hook.id), "topic": hook.scope, "uri": hook.destination, "active": hook.is_active}
            for hook in store.hooks.rows.values()
        ]
        return JSONResponse({"subscriptions": rows})


async def _body(request: Request) -> dict[str, Any] | None:
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _purchase(form: dict[str, str]) -> dict[str, Any]:
    """The shop front's form as the body of a purchase."""
    lines = [
        {"variant_id": name[4:], "quantity": value}
        for name, value in form.items()
        if name.startswith("qty-") and value.strip() not in ("", "0")
    ]
    if not lines:
        raise Refused("Choose at least one product: set a quantity.")
    address = {name[5:]: value for name, value in form.items() if name.startswith("addr-")}
    paid = form.get("paid", "yes")
    return {
        "lines": lines,
        "address": address,
        "paid": paid == "yes",
        "incomplete": paid == "abandoned",
        "note": form.get("note", ""),
    }


def _pressed(form: dict[str, str]) -> dict[str, Any]:
    """A form of the order page as the body of an action: `qty-<line>` fields become lines and quantities."""
    body: dict[str, Any] = {name: value for name, value in form.items() if not name.startswith(("qty-", "addr-"))}
    quantities = {name[4:]: value or "0" for name, value in form.items() if name.startswith("qty-")}
    address = {name[5:]: value for name, value in form.items() if name.startswith("addr-")}
    if quantities:
        body["lines"] = body["quantities"] = quantities
    if address:
        body["address"] = address
    for name in ("refund", "restock"):
        if form.get("asks_money"):
            body[name] = name in form
    return body


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
