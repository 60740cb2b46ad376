"""The seeded stores of every platform: who sells on it, whose store takes purchase orders on it, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import httpx

from orderlane.config.demo_stores import RETURN_URL
from orderlane.kernel import clock
from orderlane.ports import registry
from orderlane.ports.installs import InstallFlow
from orderlane.stores.connections import app_of
from orderlane.stores.effects.connect import connect, install
from orderlane.stores.models import Store
from orderlane.tenants.scope import system_scope
from tests.journeys.world import ACTOR, BRUME, CANDLE, LANTERN, LUMEN, MUG, World


@dataclass(frozen=True, slots=True)
class Side:
    """One platform of the demonstration, seen from both ends."""

    retailer: str
    """The retailer's store."""
    supplier: str
    """The supplier's store."""
    goods: tuple[str, str]
    """SKUs of two goods of that supplier, which the retailer's store sells."""
    elsewhere: str
    """The SKU of goods that the retailer's store sells and another platform's supplier sends."""


SIDES = {
    "shopify": Side(LUMEN, BRUME, (CANDLE, "AB-BOL-EMA"), MUG),
    "ecwid": Side("91820011", "91820012", ("MI-MIEL-CHA-250", "MI-PAIN-EPI"), CANDLE),
    "bigcommerce": Side("hp7k2q9wab", "kp3m8x5vcd", ("KP-MUG-HAR-BLU", "KP-VAS-GAN"), LANTERN),
    "wix": Side(
        "0d5e0000-0000-4000-8000-000000000001",
        "0d5e0000-0000-4000-8000-000000000002",
        ("VC-TAS-BRI", "VC-ASS-RIV-SAB"),
        MUG,
    ),
    "woocommerce": Side(
        "les-jours-clairs.example", "filature-vercors.example", ("FV-PEL-MER", "FV-CHA-BER-38"), CANDLE
    ),
}
WRITES = {
    "bigcommerce": "createShipment",
    "ecwid": "updateOrder",
    "shopify": "fulfillmentCreate",
    "wix": "createFulfillment",
    "woocommerce": "createFulfillment",
}
"""What each simulator calls the writing of a parcel."""


def everybody(world: World) -> list[str]:
    """Every store of every retailer and supplier, as faults name them."""
    return [f"{platform}:{store}" for store, platform in world.seeded.platforms.items()]


def stored(world: World, store: str) -> Store:
    """A connected store as it stands now."""
    with system_scope(ACTOR):
        return Store.objects.select_related("organization").get(pk=world.seeded.stores[store])


def agreed(store: str, consent_url: str, callback_url: str) -> str:
    """The owner of a store agrees on its platform's page; returns where the browser is sent back to."""
    form = {"store": store, "site": store, "choice": "allow", "auth_callback": callback_url}
    answer = httpx.post(consent_url, data=form, timeout=20, trust_env=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def flow_of(platform: str) -> InstallFlow | None:
    """The platform's install flow with this installation's app."""
    flow = registry.stores()[platform].install_flow
    return flow(app_of(platform)) if flow is not None else None


def connect_anew(world: World, store: str, *, into: UUID | None = None) -> Store:
    """The app was removed from a store; its owner installs it again, or makes new keys, and a member connects.

    ``into``: the organization of that member, when it is not the one that the store was seeded in.
    """
    row = stored(world, store)
    organization_id = into or row.organization_id
    flow = flow_of(row.platform)
    with world.in_step():
        if flow is None:
            keys = {"consumer_key": f"ck_{uuid4().hex}", "consumer_secret": f"cs_{uuid4().hex}"}
            world.post(world.path(store, "keys"), keys)
            return connect(
                organization_id=organization_id,
                actor=ACTOR,
                platform=row.platform,
                external_id=store,
                secrets=keys,
                now=clock.now(),
            )
        back = agreed(store, flow.authorize_url({"external_id": store}, "state", RETURN_URL), RETURN_URL)
        return install(
            organization_id=organization_id,
            actor=ACTOR,
            platform=row.platform,
            query=dict(parse_qsl(urlsplit(back).query, keep_blank_values=True)),
            redirect_url=RETURN_URL,
            now=clock.now(),
        )
