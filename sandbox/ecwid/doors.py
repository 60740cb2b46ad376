"""The store's doors for people and tests; what Ecwid adds to those that all stores have."""

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.core.doors import StoreDoors, scopes_in, set_stock
from sandbox.core.language import preferred_language
from sandbox.core.shopping import Body, Refusal, json_body
from sandbox.core.world import World
from sandbox.ecwid import actions
from sandbox.ecwid.hooks import App, tell
from sandbox.ecwid.model import Order
from sandbox.ecwid.store import Store
from sandbox.ecwid.texts import TEXTS

PLANS = ("active", "paused", "suspended")


def _uninstall(store: Store, body: Body) -> None:
    tell(store, "application.uninstalled", store.id)
    store.tokens.clear()
    store.write("app.uninstalled")


def _scopes(store: Store, body: Body) -> None:
    store.tokens = {token: tuple(scopes_in(body)) for token in store.tokens}


def _plan(store: Store, body: Body) -> None:
    if body.get("plan") not in PLANS:
        raise Refusal(f"one of {', '.join(PLANS)} is expected")
    store.plan = body["plan"]
    tell(store, "application.subscriptionStatusChanged", store.id)


def _stock(store: Store, body: Body) -> None:
    found = store.good(str(body.get("sku", "")))
    set_stock((found[1] or found[0]) if found else None, body)


class Doors(StoreDoors[Store, Order]):
    """Pages and JSON actions of all stores."""

    platform: ClassVar[str] = "ecwid"
    erased_by: ClassVar[frozenset[str]] = frozenset({"delete"})
    buy = staticmethod(actions.buy)
    describe = staticmethod(actions.describe)
    default_address = staticmethod(actions.default_address)
    verbs = actions.VERBS

    def __init__(self, world: World, stores: dict[str, Store], app: App) -> None:
        super().__init__(world, stores)
        self._app = app
        self.store_verbs = {
            "rotate_secret": self._rotate_secret,
            "uninstall": _uninstall,
            "stock": _stock,
            "scopes": _scopes,
            "plan": _plan,
        }

    def routes(self) -> list[Route]:
        """Addresses below `/ecwid`; one of them is the app's, which no store has to itself."""
        return [Route("/_sandbox/app", self.app_json, methods=["GET", "POST"]), *super().routes()]

    def webhooks(self, store: Store) -> list[Body]:
        """One address for all stores."""
        return [{"id": "app", "topic": "*", "uri": self._app.webhook_url}] if self._app.webhook_url else []

    def words(self, request: Request) -> Body:
        """Every text, under one name, and the language."""
        language = preferred_language(request.headers.get("accept-language", ""))
        return {"t": TEXTS[language], "language": language}

    def order_values(self, store: Store, order: Order) -> Body:
        """Parcels, which the platform itself does not know."""
        return {"parcels": actions.describe(store, order)["fulfillments"]}

    def _rotate_secret(self, store: Store, body: Body) -> None:
        """One app, one secret: it changes for all its stores."""
        self._app.client_secret = str(body["secret"])
        store.write("secret.rotated")

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
