"""The sites' doors for people and tests: pages, and the same actions as JSON."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.seed import ADDRESSES
from sandbox.wix import actions
from sandbox.wix.app import WixApp
from sandbox.wix.carriers import LINKS
from sandbox.wix.model import Order, Refused
from sandbox.wix.store import Store
from sandbox.wix.texts import words

_WHOLE_STORE = ("rotate_secret", "uninstall", "install", "stock", "scopes", "webhook_address")


class Doors:
    """Pages and JSON actions of all sites."""

    def __init__(self, world: World, app: WixApp, stores: dict[str, Store]) -> None:
        self._world = world
        self._app = app
        self._stores = stores

    def routes(self) -> list[Route]:
        """Addresses below `/wix`."""
        return [
            Route("/app-installer", self.installer, methods=["GET", "POST"]),
            Route("/{site}/", self.front, methods=["GET", "POST"]),
            Route("/{site}/orders", self.orders_page),
            Route("/{site}/orders/{order}", self.order_page),
            Route("/{site}/orders/{order}/{verb}", self.press, methods=["POST"]),
            Route("/{site}/_sandbox/orders", self.orders_json, methods=["GET", "POST"]),
            Route("/{site}/_sandbox/orders/{order}", self.order_json),
            Route("/{site}/_sandbox/orders/{order}/{verb}", self.act, methods=["POST"]),
            Route("/{site}/_sandbox/subscriptions", self.subscriptions_json),
            Route("/{site}/_sandbox/{verb}", self.act_on_store, methods=["POST"]),
        ]

    def _store(self, request: Request) -> Store | None:
        return self._stores.get(request.path_params["site"])

    def _order(self, request: Request) -> tuple[Store, Order] | None:
        store = self._store(request)
        order = store.find_order(request.path_params["order"]) if store else None
        return (store, order) if store and order else None

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        language, say = words(request)
        return self._world.pages.show(f"wix/{name}.html", status, language=language, t=say, **values)

    def _lost(self, request: Request) -> Response:
        return self._page(request, "lost", 404)

    # Pages

    async def installer(self, request: Request) -> Response:
        """The app installer: choose a site and agree; POST installs and sends the browser back, signed."""
        asked = request.query_params
        known = asked.get("appId") == self._app.client_id
        back = asked.get("postInstallationUrl", "")
        if not known or not back.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return self._page(request, "installer", 400, stores=[])
        if request.method == "GET":
            stores = list(self._stores.values())
            return self._page(request, "installer", stores=stores, scopes=stores[0].scopes, query=request.url.query)
        chosen = str((await request.form()).get("site") or "")
        store = self._stores.get(chosen)
        if store is None:
            return self._lost(request)
        store.install()
        told = {
            "appId": self._app.client_id,
            "tenantId": store.site_id,
            "instanceId": store.instance_id,
            "signedInstance": self._app.signed_instance(store.instance_id, store.site_id),
        }
        joined = "&".join(f"{name}={value}" for name, value in told.items())
        return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{joined}", 303)

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
                return RedirectResponse(f"/wix/{store.instance_id}/orders/{order.id}?done=buy", 303)
        preset = request.query_params.get("preset", "")
        place = int(preset) if preset.isdigit() and int(preset) < len(ADDRESSES) else None
        address = ADDRESSES[place] if place is not None else actions.default_address(store)
        products: dict[str, list[Any]] = {}
        for variant in store.variants.values():
            products.setdefault(variant.product_id, []).append(variant)
        return self._page(
            request,
            "front",
            400 if problem else 200,
            store=store,
            products=list(products.values()),
            problem=problem,
            addresses=ADDRESSES,
            address=address,
        )

    async def orders_page(self, request: Request) -> Response:
        """The admin's list of orders."""
        store = self._store(request)
        if store is None:
            return self._lost(request)
        shown = list(reversed(store.orders.values()))[:200]
        return self._page(request, "orders", store=store, orders=shown, total=len(store.orders))

    async def order_page(self, request: Request) -> Response:
        """One order in the admin."""
        found = self._order(request)
        if found is None:
            return self._lost(request)
        done, problem = request.query_params.get("done", ""), request.query_params.get("problem", "")
        return self._order_view(request, *found, done, problem)

    def _order_view(
        self, request: Request, store: Store, order: Order, done: str, problem: str, status: int = 200
    ) -> Response:
        return self._page(
            request,
            "order",
            status,
            store=store,
            order=order,
            done=done,
            problem=problem,
            carriers=list(LINKS),
            fields=dict(order.fields),
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
            actions.VERBS[verb](store, order, _pressed(form))
        except Refused as refused:
            return self._order_view(request, store, order, "", refused.message, 409)
        if verb == "delete":
            return RedirectResponse(f"/wix/{store.instance_id}/orders", 303)
        return RedirectResponse(f"/wix/{store.instance_id}/orders/{order.id}?done={verb}", 303)

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
        except (Refused, AttributeError, TypeError, ValueError) as wrong:
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
        """Change the app's secret or key, where webhooks go, whether the app is installed, stock, permissions."""
        store = self._store(request)
        verb = request.path_params["verb"]
        body = await _body(request)
        if store is None or verb not in _WHOLE_STORE or body is None:
            return JSONResponse({"error": "unknown store or action", "actions": list(_WHOLE_STORE)}, 404)
        if verb == "rotate_secret":
            # What signs deliveries is a key pair: a new one is made, and the old public key goes on being known.
            self._app.generation += 1
            store.write("secret.rotated")
            return JSONResponse({"done": verb, "public_key": self._app.key.public})
        if verb == "webhook_address" and isinstance(body.get("url"), str):
            self._app.webhook_url = body["url"]
        elif verb == "uninstall":
            store.uninstall()
        elif verb == "install":
            store.install()
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
        """Where the app's webhooks go, for all sites together."""
        if self._store(request) is None:
            return JSONResponse({"error": "unknown store"}, 404)
        uri = self._app.webhook_url
        return JSONResponse({"subscriptions": [{"id": "app", "topic": "*", "uri": uri}] if uri else []})


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
    return {
        "lines": lines,
        "address": address,
        "paid": form.get("paid") == "yes",
        "pickup": form.get("pickup") == "yes",
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
