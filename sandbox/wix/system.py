"""Puts the Wix simulator together."""

from pathlib import Path
from typing import Any

from starlette.routing import Router

from sandbox.core.world import Link, System, World
from sandbox.wix.app import WixApp
from sandbox.wix.calls import CALLS
from sandbox.wix.doors import Doors
from sandbox.wix.endpoint import RestApi
from sandbox.wix.seed import suppliers, wix_sites
from sandbox.wix.store import Store

_EVENTS = (
    "webhook:* webhook:wix.ecom.v1.order_created webhook:wix.ecom.v1.order_approved webhook:wix.ecom.v1.order_updated "
    "webhook:wix.ecom.v1.order_canceled webhook:wix.ecom.v1.order_payment_status_updated "
    "webhook:wix.ecom.v1.fulfillments_updated webhook:AppRemoved"
).split()


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/wix`."""
    app = WixApp(world)
    stores = {seed["external_id"]: Store(world, app, seed) for seed in wix_sites()}
    api = RestApi(world, app, stores)
    world.pages.add_folder("wix", Path(__file__).parent / "templates")

    def reset() -> None:
        api.reset()
        app.reset()
        for store in stores.values():
            store.restock()

    def seed() -> dict[str, Any]:
        return {
            "app": {
                "client_id": app.client_id,
                "client_secret": app.secret,
                "public_key": app.key.public,
                "api_url": f"{world.settings.base_url}/wix",
                "auth_url": f"{world.settings.base_url}/wix",
            },
            "stores": [_seed_of(world, store) for store in stores.values()],
            "suppliers": suppliers(),
        }

    return System(
        "wix",
        "Wix stores",
        "A retailer and a supplier: eCommerce REST API, events signed with a key pair, an app installer.",
        Router([*api.routes(), *Doors(world, app, stores).routes()]),
        reset,
        [Link(store.name, f"/wix/{store.instance_id}/", store.role) for store in stores.values()],
        ["createAccessToken", *(name for _, _, name, _, _ in CALLS), *_EVENTS],
        seed,
    )


def _seed_of(world: World, store: Store) -> dict[str, Any]:
    """Everything needed to connect to a site; goods carry their fixed ids."""
    goods = [
        {
            "product_id": variant.product_id,
            "variant_id": variant.key,
            "sku": variant.sku,
            "barcode": variant.barcode,
            "title": variant.title,
            "variant_title": variant.name,
            "vendor": variant.brand,
            "price": str(variant.price),
            "picture_url": f"{world.settings.base_url}/pictures/{variant.picture}.svg",
        }
        for variant in store.variants.values()
    ]
    return {
        **{key: store.seed[key] for key in "external_id site_id name role currency country domain api_key".split()},
        # What an install brings; beside it, the API key opens the site under its site id.
        "credentials": {"instance_id": store.instance_id},
        "base_url": f"{world.settings.base_url}/wix/{store.instance_id}",
        "scopes": store.scopes,
        "variants": goods,
    }
