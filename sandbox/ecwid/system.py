"""Puts the Ecwid simulator together."""

from pathlib import Path
from typing import Any

from starlette.routing import Router

from sandbox.core.world import Link, System, World
from sandbox.ecwid.api import RestApi
from sandbox.ecwid.doors import Doors
from sandbox.ecwid.hooks import App
from sandbox.ecwid.oauth import Oauth
from sandbox.ecwid.seed import ecwid_stores, ecwid_suppliers
from sandbox.ecwid.store import SCOPES, Store

_OPERATIONS = (
    "getProfile searchOrders getOrder createOrder updateOrder searchProducts token orders webhook:* "
    "webhook:order.created webhook:order.updated webhook:order.deleted webhook:application.uninstalled"
).split()


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/ecwid`."""
    app = App()
    stores = {seed["external_id"]: Store(world, seed, app) for seed in ecwid_stores()}
    api, oauth = RestApi(world, stores), Oauth(world, stores, app)
    world.pages.add_folder("ecwid", Path(__file__).parent / "templates")

    def reset() -> None:
        app.reset()
        api.reset()
        oauth.reset()
        for store in stores.values():
            store.restock()

    def seed() -> dict[str, Any]:
        return {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "auth_url": f"{world.settings.base_url}/ecwid/api/oauth",
            "stores": [_seed_of(world, store) for store in stores.values()],
            "suppliers": ecwid_suppliers(),
        }

    return System(
        "ecwid",
        "Ecwid stores",
        "One retailer and one supplier: REST API v3, install flow, signed webhooks at one common address.",
        Router([*api.routes(), *oauth.routes(), *Doors(world, stores, app).routes()]),
        reset,
        [Link(store.name, f"/ecwid/{store.id}/", store.role) for store in stores.values()],
        _OPERATIONS,
        seed,
    )


def _seed_of(world: World, store: Store) -> dict[str, Any]:
    """Everything needed to connect to a store; goods carry their fixed ids."""
    base = world.settings.base_url
    goods = [
        {
            "product_id": str(product.id),
            "variant_id": product.goods_id(variation),
            "sku": (variation or product).sku,
            "barcode": (variation or product).ean,
            "title": product.name,
            "variant_title": variation.value if variation else "",
            "vendor": product.vendor,
            "price": str((variation or product).price),
            "picture_url": f"{base}/pictures/{product.picture}.svg",
        }
        for product in store.products.values()
        for variation in product.choices
    ]
    keys = "external_id domain name role currency country email access_token webhook_secret".split()
    return {
        **{key: store.seed[key] for key in keys},
        "base_url": f"{base}/ecwid/{store.id}",
        "api_url": f"{base}/ecwid/api/v3/{store.id}",
        "scopes": list(SCOPES),
        "variants": goods,
    }
