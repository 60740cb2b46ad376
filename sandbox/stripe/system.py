"""Puts the simulated Stripe together."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from sandbox.core.world import Link, System, World
from sandbox.stripe.accounts import ACCOUNTS, PLATFORM
from sandbox.stripe.api import OPERATIONS, Api
from sandbox.stripe.checkout import Checkout
from sandbox.stripe.desk import StripeDesk
from sandbox.stripe.events import EVENT_TYPES, Announcer
from sandbox.stripe.pages import HostedPage
from sandbox.stripe.shapes import API_VERSION
from sandbox.stripe.texts import FRENCH
from sandbox.stripe.wire import Wire


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/stripe`."""
    address = f"{world.settings.base_url}/stripe"
    wire = Wire(world)
    announcer = Announcer(world)
    checkout = Checkout(world, lambda kind, account, subject: api.announce(kind, account, subject))
    api = Api(wire, checkout, announcer, address)
    desk = StripeDesk(world, checkout, announcer)
    world.pages.add_folder("stripe", Path(__file__).parent / "templates", FRENCH)

    def reset() -> None:
        checkout.reset()
        announcer.reset()
        wire.reset()

    def seed() -> dict[str, Any]:
        accounts = [asdict(account) for account in ACCOUNTS if account is not PLATFORM]
        return {"api_base": address, "api_version": API_VERSION, "accounts": accounts, "platform": asdict(PLATFORM)}

    reset()
    return System(
        key="stripe",
        title="Stripe",
        summary="Checkout Sessions with their hosted page, charges, refunds, idempotency keys and signed webhooks.",
        app=Starlette(routes=[*api.routes(), *HostedPage(world, checkout).routes(), *desk.routes()]),
        reset=reset,
        links=[Link(account.name, f"/stripe/?account={account.key}") for account in ACCOUNTS],
        operations=OPERATIONS + [f"webhook:{name}" for name in EVENT_TYPES],
        seed=seed,
    )
