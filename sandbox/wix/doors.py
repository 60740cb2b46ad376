"""The site's doors for people and tests; what Wix adds to those that all stores have."""

from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.doors import StoreDoors, scopes_in, set_stock
from sandbox.core.shopping import Body, purchase
from sandbox.core.world import World
from sandbox.wix import actions
from sandbox.wix.app import WixApp
from sandbox.wix.carriers import LINKS
from sandbox.wix.model import Order
from sandbox.wix.store import Store
from sandbox.wix.texts import words


def _scopes(store: Store, body: Body) -> None:
    store.scopes = scopes_in(body)


class Doors(StoreDoors[Store, Order]):
    """Pages and JSON actions of all sites."""

    platform: ClassVar[str] = "wix"
    erased_by: ClassVar[frozenset[str]] = frozenset({"delete"})
    buy = staticmethod(actions.buy)
    describe = staticmethod(actions.describe)
    default_address = staticmethod(actions.default_address)
    verbs = actions.VERBS

    def __init__(self, world: World, app: WixApp, stores: dict[str, Store]) -> None:
        super().__init__(world, stores)
        self._app = app
        self.store_verbs = {
            "rotate_secret": self._rotate_secret,
            "uninstall": lambda store, body: store.uninstall(),
            "install": lambda store, body: store.install(),
            "stock": lambda store, body: set_stock(store.variant_by_sku(str(body.get("sku"))), body),
            "scopes": _scopes,
            "webhook_address": self._webhook_address,
        }

    def routes(self) -> list[Route]:
        """Addresses below `/wix`; one of them is the installer's, where a site is chosen."""
        return [Route("/app-installer", self.installer, methods=["GET", "POST"]), *super().routes()]

    def webhooks(self, store: Store) -> list[Body]:
        """One address for all sites."""
        return [{"id": "app", "topic": "*", "uri": self._app.webhook_url}] if self._app.webhook_url else []

    def words(self, request: Request) -> Body:
        """The language, and what says a text in it."""
        language, say = words(request)
        return {"language": language, "t": say}

    def purchase(self, form: dict[str, str]) -> Body:
        """Goods may be picked up."""
        return {**purchase(form), "pickup": form.get("pickup") == "yes"}

    def front_values(self, store: Store, request: Request) -> Body:
        """The variants, product by product."""
        products: dict[str, list[Any]] = {}
        for variant in store.variants.values():
            products.setdefault(variant.product_id, []).append(variant)
        return {"products": list(products.values())}

    def order_values(self, store: Store, order: Order) -> Body:
        """Carriers, and what apps wrote on the order."""
        return {"carriers": list(LINKS), "fields": dict(order.fields)}

    def _rotate_secret(self, store: Store, body: Body) -> Body:
        """What signs deliveries is a key pair: a new one is made, and the old public key goes on being known."""
        self._app.generation += 1
        store.write("secret.rotated")
        return {"public_key": self._app.key.public}

    def _webhook_address(self, store: Store, body: Body) -> None:
        self._app.webhook_url = str(body["url"])

    async def installer(self, request: Request) -> Response:
        """The app installer: choose a site and agree; POST installs and sends the browser back, signed."""
        asked = request.query_params
        known = asked.get("appId") == self._app.client_id
        back = asked.get("postInstallationUrl", "")
        if not known or not back.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return self.show(request, "installer", 400, stores=[])
        if request.method == "GET":
            stores = list(self._stores.values())
            return self.show(request, "installer", stores=stores, scopes=stores[0].scopes, query=request.url.query)
        chosen = str((await request.form()).get("site") or "")
        store = self._stores.get(chosen)
        if store is None:
            return self.lost(request)
        store.install()
        told = {
            "appId": self._app.client_id,
            "tenantId": store.site_id,
            "instanceId": store.instance_id,
            "signedInstance": self._app.signed_instance(store.instance_id, store.site_id),
        }
        joined = "&".join(f"{name}={value}" for name, value in told.items())
        return RedirectResponse(f"{back}{'&' if '?' in back else '?'}{joined}", 303)
