"""Puts the BigCommerce simulator together."""

from pathlib import Path
from typing import Any

from starlette.routing import Router

from sandbox.bigcommerce.api import Rest
from sandbox.bigcommerce.doors import Doors
from sandbox.bigcommerce.login import Login
from sandbox.bigcommerce.seed import CLIENT_ID, CLIENT_SECRET, SCOPES, bigcommerce_stores, bigcommerce_suppliers
from sandbox.bigcommerce.store import Store
from sandbox.core.world import Link, System, World

_OPERATIONS = (
    "getOrders getOrder createOrder getOrderProducts getOrderShipments createOrderShipments updateOrderShipment "
    "getOrderRefunds getStoreInformation getProducts getWebhooks createWebhooks updateWebhook deleteWebhook token "
    "webhook:* webhook:store/order/created webhook:store/order/updated webhook:store/order/statusUpdated "
    "webhook:store/order/archived webhook:store/order/refund/created webhook:store/shipment/created "
    "webhook:store/shipment/updated webhook:store/shipment/deleted webhook:store/app/uninstalled"
).split()


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/bigcommerce`."""
    stores = {seed["external_id"]: Store(world, seed) for seed in bigcommerce_stores()}
    rest, login = Rest(stores, world.limits), Login(world, stores)
    world.pages.add_folder("bigcommerce", Path(__file__).parent / "templates")

    def reset() -> None:
        rest.reset()
        login.reset()
        for store in stores.values():
            store.restock()

    def seed() -> dict[str, Any]:
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "auth_url": f"{world.settings.base_url}/bigcommerce/login",
            "stores": [_seed_of(world, store) for store in stores.values()],
            "suppliers": bigcommerce_suppliers(),
        }

    links = [Link(store.name, f"/bigcommerce/{store.external_id}/", store.role) for store in stores.values()]
    links.append(Link("Install the app", f"/bigcommerce/login/app/{CLIENT_ID}/install"))
    return System(
        "bigcommerce",
        "BigCommerce stores",
        "A retailer and a supplier: V2 and V3 REST, signed hooks, several addresses per order, app install.",
        Router([*rest.routes(), *login.routes(), *Doors(world, stores).routes()]),
        reset,
        links,
        _OPERATIONS,
        seed,
    )


def _seed_of(world: World, store: Store) -> dict[str, Any]:
    """Everything needed to connect to a store; goods carry their fixed ids."""
    goods = [
        {
            "product_id": str(variant.product.id),
            "variant_id": str(variant.id),
            "sku": variant.sku,
            "barcode": variant.upc,
            "title": variant.product.name,
            "variant_title": variant.title,
            "vendor": variant.product.vendor,
            "price": str(variant.price),
            "picture_url": f"{world.settings.base_url}/pictures/{variant.product.picture}.svg",
        }
        for variant in store.variants.values()
    ]
    keys = "external_id domain name role currency country timezone email access_token client_id client_secret".split()
    return {
        **{key: store.seed[key] for key in keys},
        "base_url": f"{world.settings.base_url}/bigcommerce/{store.external_id}",
        "api_url": store.api_url,
        "scopes": SCOPES,
        "variants": goods,
    }
