"""The store's doors for people and tests: pages in two languages, and the same actions as JSON."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.language import preferred_language
from sandbox.core.shopping import Refusal, json_body, pressed, purchase
from sandbox.core.world import World
from sandbox.ecwid import actions
from sandbox.ecwid.hooks import App, tell
from sandbox.ecwid.model import Order
from sandbox.ecwid.store import Store
from sandbox.ecwid.texts import TEXTS
from sandbox.seed import ADDRESSES

_WHOLE_STORE = ("rotate_secret", "uninstall", "stock", "scopes", "plan")
PLANS = ("active", "paused", "suspended")


class Doors:
    """Pages and JSON actions of all stores."""

    def __init__(self, world: World, stores: dict[str, Store], app: App) -> None:
        self._world = world
        self._stores = stores
        self._app = app

    def routes(self) -> list[Route]:
        """Addresses below `/ecwid`."""
        return [
            Route("/_sandbox/app", self.app_json, methods=["GET", "POST"]),
            Route("/{store}/", self.front, methods=["GET", "POST"]),
            Route("/{store}/orders", self.orders_page),
            Route("/{store}/orders/{order}", self.order_page),
            Route("/{store}/orders/{order}/{verb}", self.press, methods=["POST"]),
            Route("/{store}/_sandbox/orders", self.orders_json, methods=["GET", "POST"]),
            Route("/{store}/_sandbox/orders/{order}", self.order_json),
            Route("/{store}/_sandbox/orders/{order}/{verb}", self.act, methods=["POST"]),
            Route("/{store}/_sandbox/{verb}", self.act_on_store, methods=["POST"]),
        ]

    def _store(self, request: Request) -> Store | None:
        return self._stores.get(request.path_params["store"])

    def _order(self, request: Request) -> tuple[Store, Order] | None:
        store = self._store(request)
        order = store.find_order(request.path_params["order"]) if store else None
        return (store, order) if store and order else None

    def _show(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        language = preferred_language(request.headers.get("accept-language", ""))
        return self._world.pages.show(f"ecwid/{template}.html", status, t=TEXTS[language], language=language, **values)

    # Pages

    async def front(self, request: Request) -> Response:
        """The shop front; POST buys."""
        store = self._store(request)
        if store is None:
            return self._show(request, "lost", 404)
        problem = ""
        if request.method == "POST":
            form = {key: str(value) for key, value in (await request.form()).items()}
            try:
                order = actions.buy(store, purchase(form))
            except Refusal as refused:
                problem = refused.message
            else:
                return RedirectResponse(f"/ecwid/{store.id}/orders/{order.id}?done=placed", 303)
        preset = request.query_params.get("preset", "")
        place = int(preset) if preset.isdigit() and int(preset) < len(ADDRESSES) else None
        return self._show(
            request,
            "front",
            400 if problem else 200,
            store=store,
            problem=problem,
            addresses=ADDRESSES,
            address=ADDRESSES[place] if place is not None else actions.default_address(store),
        )

    async def orders_page(self, request: Request) -> Response:
        """The admin's list of orders."""
        store = self._store(request)
        if store is None:
            return self._show(request, "lost", 404)
        shown = list(reversed(store.orders.values()))[:200]
        return self._show(request, "orders", store=store, orders=shown, total=len(store.orders))

    async def order_page(self, request: Request) -> Response:
        """One order in the admin."""
        found = self._order(request)
        if found is None:
            return self._show(request, "lost", 404)
        return self._order_view(request, *found, request.query_params.get("done", ""), "")

    def _order_view(
        self, request: Request, store: Store, order: Order, done: str, problem: str, status: int = 200
    ) -> Response:
        parcels = actions.describe(store, order)["fulfillments"]
        return self._show(
            request, "order", status, store=store, order=order, done=done, problem=problem, parcels=parcels
        )

    async def press(self, request: Request) -> Response:
        """A button on the order page."""
        found = self._order(request)
        verb = request.path_params["verb"]
        if found is None or verb not in actions.VERBS:
            return self._show(request, "lost", 404)
        store, order = found
        form = {key: str(value) for key, value in (await request.form()).items()}
        try:
            actions.VERBS[verb](store, order, pressed(form))
        except Refusal as refused:
            return self._order_view(request, store, order, "", refused.message, 409)
        there = "orders" if verb == "delete" else f"orders/{order.id}?done=changed"
        return RedirectResponse(f"/ecwid/{store.id}/{there}", 303)

    # JSON

    async def app_json(self, request: Request) -> Response:
        """The app's settings at Ecwid; POST sets `webhook_url` and `events`, as Ecwid's support would."""
        if request.method == "POST":
            body = await json_body(request)
            if body is None:
                return JSONResponse({"error": "a JSON object is expected"}, 400)
            self._app.webhook_url = str(body.get("webhook_url", self._app.webhook_url))
            self._app.events = [str(one) for one in body.get("events", self._app.events)]
            self._app.blocked, self._app.failing_since = False, None
        return JSONResponse(
            {"webhook_url": self._app.webhook_url, "events": self._app.events, "blocked": self._app.blocked}
        )

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
        """Rotate the app's secret, remove the app, set stock, the token's scopes or the store's plan."""
        store = self._store(request)
        verb = request.path_params["verb"]
        body = await json_body(request)
        if store is None or verb not in _WHOLE_STORE or body is None:
            return JSONResponse({"error": "unknown store or action", "actions": list(_WHOLE_STORE)}, 404)
        if verb == "rotate_secret" and body.get("secret"):
            # One app, one secret: it changes for all its stores.
            self._app.client_secret = str(body["secret"])
            store.write("secret.rotated")
        elif verb == "uninstall":
            tell(store, "application.uninstalled", store.id)
            store.tokens.clear()
            store.write("app.uninstalled")
        elif verb == "scopes" and isinstance(body.get("scopes"), list):
            store.tokens = {token: tuple(str(one) for one in body["scopes"]) for token in store.tokens}
        elif verb == "plan" and body.get("plan") in PLANS:
            store.plan = body["plan"]
            tell(store, "application.subscriptionStatusChanged", store.id)
        elif verb == "stock" and isinstance(body.get("stock"), int):
            found = store.good(str(body.get("sku", "")))
            if found is None:
                return JSONResponse({"error": "unknown sku"}, 404)
            (found[1] or found[0]).stock = body["stock"]
        else:
            return JSONResponse({"error": f"{verb}: something is missing"}, 400)
        return JSONResponse({"done": verb})
