"""Which connectors this installation has: one line each. Adding a connector is one folder and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.rates.ecb.connector import EcbRates
from orderlane.connectors.stores.bigcommerce.channel import BigCommerceOrderChannel
from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.ecwid.channel import EcwidOrderChannel
from orderlane.connectors.stores.ecwid.connector import EcwidStore
from orderlane.connectors.stores.shopify.channel import ShopifyOrderChannel
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.wix.channel import WixOrderChannel
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.connectors.stores.woocommerce.channel import WooCommerceOrderChannel
from orderlane.connectors.stores.woocommerce.connector import WooCommerceStore
from orderlane.ports.registry import Wiring
from orderlane.ports.stores import OrderChannel, StoreConnector


@dataclass(frozen=True, slots=True)
class Platform:
    """A store platform in both directions, and where it lives unless the operator's environment says otherwise."""

    store: type[StoreConnector]
    channel: type[OrderChannel]
    api_url: str
    """Where the API of one store is; ``{domain}`` is what names the store."""
    auth_url: str = ""
    """Where the install flow is; empty when the platform has none."""


_STORES: Final = (
    Platform(
        BigCommerceStore,
        BigCommerceOrderChannel,
        "https://api.bigcommerce.com/stores/{domain}",
        auth_url="https://login.bigcommerce.com",
    ),
    Platform(
        EcwidStore,
        EcwidOrderChannel,
        "https://app.ecwid.com/api/v3/{domain}",
        auth_url="https://my.ecwid.com/api/oauth",
    ),
    Platform(ShopifyStore, ShopifyOrderChannel, "https://{domain}", auth_url="https://{domain}"),
    Platform(WixStore, WixOrderChannel, "https://www.wixapis.com", auth_url="https://www.wix.com"),
    Platform(WooCommerceStore, WooCommerceOrderChannel, "https://{domain}"),
)
PLATFORMS: Final[Mapping[str, Platform]] = {row.store.platform: row for row in _STORES}


def wiring() -> Wiring:
    """Every connector, by the word that rows and forms use for it."""
    return Wiring(
        stores={name: platform.store for name, platform in PLATFORMS.items()},
        channels={name: platform.channel for name, platform in PLATFORMS.items()},
        payments={"paypal": PayPalPayments, "stripe": StripePayments},
        rates=EcbRates(),
    )
