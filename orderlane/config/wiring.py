"""Which connectors this installation has: one line each. Adding a connector is one folder and one line here."""

from __future__ import annotations

from collections.abc import Sequence

from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.rates.ecb.connector import EcbRates
from orderlane.connectors.stores.bigcommerce.connector import BigCommerceOrderChannel, BigCommerceStore
from orderlane.connectors.stores.ecwid.connector import EcwidOrderChannel, EcwidStore
from orderlane.connectors.stores.shopify.channel import ShopifyOrderChannel
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.wix.channel import WixOrderChannel
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.ports.registry import Wiring
from orderlane.ports.stores import OrderChannel, StoreConnector

_STORES: Sequence[type[StoreConnector]] = (
    BigCommerceStore,
    EcwidStore,
    ShopifyStore,
    WixStore,
)
_CHANNELS: Sequence[type[OrderChannel]] = (
    BigCommerceOrderChannel,
    EcwidOrderChannel,
    ShopifyOrderChannel,
    WixOrderChannel,
)


def wiring() -> Wiring:
    """Every connector, by the word that rows and forms use for it."""
    return Wiring(
        stores={connector.platform: connector for connector in _STORES},
        channels={channel.method: channel for channel in _CHANNELS},
        payments={"paypal": PayPalPayments, "stripe": StripePayments},
        rates=EcbRates(),
    )
