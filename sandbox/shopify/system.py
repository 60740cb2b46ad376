"""Puts the Shopify simulator together."""

from pathlib import Path
from typing import Any

from starlette.routing import Route, Router

from sandbox.core.world import Link, System, World
from sandbox.seed import API_VERSION, shopify_stores, supplier_goods
from sandbox.shopify.doors import Doors
from sandbox.shopify.endpoint import AdminApi
from sandbox.shopify.oauth import OAuth
from sandbox.shopify.store import Store
from sandbox.shopify.texts import FRENCH

_OPERATIONS = (
    "orderCreate orders order fulfillmentCreate fulfillmentTrackingInfoUpdate assignedFulfillmentOrders "
    "fulfillmentOrder fulfillmentOrderAcceptFulfillmentRequest fulfillmentOrderRejectFulfillmentRequest "
    "fulfillmentOrderAcceptCancellationRequest fulfillmentOrderRejectCancellationRequest access_token "
    "webhookSubscriptionCreate shop products productVariants webhook:* webhook:orders/create "
    "webhook:orders/updated webhook:orders/paid webhook:orders/cancelled webhook:fulfillments/create "
    "webhook:fulfillments/update webhook:fulfillment_order_notification"
).split()


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/shopify`."""
    stores = {seed["domain"]: Store(world, seed) for seed in shopify_stores()}
    api = AdminApi(stores, world.limits)
    world.pages.add_folder("shopify", Path(__file__).parent / "templates", FRENCH)
    routes = [Route("/{domain}/admin/api/{version}/graphql.json", api.answer, methods=["POST"])]
    routes += OAuth(world, stores).routes()
    routes += Doors(world, stores).routes()

    def reset() -> None:
        api.reset()
        for store in stores.values():
            store.restock()

    def seed() -> dict[str, Any]:
        return {
            "api_version": API_VERSION,
            "stores": [_seed_of(world, store) for store in stores.values()],
            "suppliers": supplier_goods(),
        }

    return System(
        "shopify",
        "Shopify stores",
        "Two retailers and two suppliers: GraphQL Admin API, signed webhooks, fulfillment orders.",
        Router(routes),
        reset,
        [Link(store.name, f"/shopify/{store.domain}/", store.role) for store in stores.values()],
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
            "barcode": variant.barcode,
            "title": variant.product.title,
            "variant_title": variant.title,
            "vendor": variant.product.vendor,
            "price": str(variant.price),
            "picture_url": f"{world.settings.base_url}/pictures/{variant.product.picture}.svg",
        }
        for variant in store.variants.values()
    ]
    keys = "domain name role currency country timezone email access_token client_id webhook_secret".split()
    return {
        **{key: store.seed[key] for key in keys},
        "base_url": f"{world.settings.base_url}/shopify/{store.domain}",
        "graphql_url": f"{world.settings.base_url}/shopify/{store.domain}/admin/api/{API_VERSION}/graphql.json",
        "scopes": store.scopes,
        "variants": goods,
    }
