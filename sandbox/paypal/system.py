"""Puts the simulated PayPal together."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from sandbox.core.world import Link, System, World
from sandbox.paypal.accounts import ACCOUNTS
from sandbox.paypal.api import OPERATIONS, Api
from sandbox.paypal.events import EVENT_TYPES, Announcer
from sandbox.paypal.notifications import Notifications
from sandbox.paypal.orders import Orders
from sandbox.paypal.pages import PayPalPages
from sandbox.paypal.shapes import Shapes
from sandbox.paypal.texts import FRENCH


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/paypal`."""
    address = f"{world.settings.base_url}/paypal"
    orders = Orders(world, lambda kind, order, subject: announcer.announce(kind, order, subject))
    shapes = Shapes(address, orders)
    announcer = Announcer(world, shapes, f"{address}/v1/notifications/certs")
    api = Api(world, orders, shapes, announcer)
    notifications = Notifications(world, api, announcer, address)
    pages = PayPalPages(world, orders, shapes, announcer)
    world.pages.add_folder("paypal", Path(__file__).parent / "templates", FRENCH)

    def reset() -> None:
        orders.reset()
        announcer.reset()
        api.reset()

    def seed() -> dict[str, Any]:
        return {"api_url": address, "environment": "sandbox", "accounts": [asdict(account) for account in ACCOUNTS]}

    reset()
    return System(
        key="paypal",
        title="PayPal",
        summary="Orders v2 with the payer's approval page, captures, refunds and signed webhooks.",
        app=Starlette(routes=[*api.routes(), *notifications.routes(), *pages.routes()]),
        reset=reset,
        links=[Link(account.name, f"/paypal/?account={account.key}") for account in ACCOUNTS],
        operations=OPERATIONS + [f"webhook:{name}" for name in EVENT_TYPES],
        seed=seed,
    )
