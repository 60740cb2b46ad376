"""Puts the WooCommerce simulator together."""

from pathlib import Path
from typing import Any

from starlette.routing import Router

from sandbox.core.world import Link, System, World
from sandbox.woocommerce.api import Rest
from sandbox.woocommerce.doors import Doors
from sandbox.woocommerce.seed import woocommerce_shops, woocommerce_suppliers
from sandbox.woocommerce.store import Store

_OPERATIONS = (
    "listOrders getOrder createOrder updateOrder listRefunds listNotes createNote listFulfillments createFulfillment "
    "getFulfillment updateFulfillment listTrackings createTracking deleteTracking listProviders listProducts "
    "getProduct listVariations listWebhooks createWebhook updateWebhook deleteWebhook getIndex getCurrency "
    "batchOrders webhook:* webhook:order.created webhook:order.updated webhook:order.deleted webhook:order.restored "
    "webhook:ping"
).split()


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/woocommerce`."""
    stores = {seed["external_id"]: Store(world, seed) for seed in woocommerce_shops()}
    world.pages.add_folder("woocommerce", Path(__file__).parent / "templates")

    def reset() -> None:
        for store in stores.values():
            store.restock()

    def seed() -> dict[str, Any]:
        return {
            "stores": [_seed_of(world, store) for store in stores.values()],
            "suppliers": woocommerce_suppliers(),
        }

    return System(
        "woocommerce",
        "WooCommerce shops",
        "A retailer and a supplier: REST v3, signed webhooks, and three ways of showing a parcel.",
        Router([*Doors(world, stores).routes(), *Rest(world, stores).routes()]),
        reset,
        [Link(store.name, f"/woocommerce/{store.external_id}/", store.role) for store in stores.values()],
        _OPERATIONS,
        seed,
    )


def _seed_of(world: World, store: Store) -> dict[str, Any]:
    """Everything needed to connect to a shop; goods carry their fixed ids."""
    goods = [
        {
            "product_id": str(variant.product.id),
            "variant_id": str(variant.id),
            "sku": variant.sku,
            "barcode": variant.ean,
            "title": variant.product.title,
            "variant_title": variant.title,
            "vendor": variant.product.vendor,
            "price": str(variant.price),
            "picture_url": f"{world.settings.base_url}/pictures/{variant.product.picture}.svg",
        }
        for variant in store.variants.values()
    ]
    keys = "external_id domain name role currency country timezone email consumer_key consumer_secret".split()
    return {**{key: store.seed[key] for key in keys}, "base_url": store.home, "api_url": store.home, "variants": goods}
