"""Which connectors this installation has: one line each. Adding a connector is one folder and one line here."""

from __future__ import annotations

from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.rates.ecb.connector import EcbRates
from orderlane.connectors.stores.bigcommerce.connector import BigCommerceOrderChannel, BigCommerceStore
from orderlane.connectors.stores.shopify.channel import ShopifyOrderChannel
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.wix.channel import WixOrderChannel
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.ports.registry import Wiring


def wiring() -> Wiring:
    """Every connector, by the word that rows and forms use for it."""
    return Wiring(
        stores={"shopify": ShopifyStore, "bigcommerce": BigCommerceStore, "wix": WixStore},
        channels={"shopify": ShopifyOrderChannel, "bigcommerce": BigCommerceOrderChannel, "wix": WixOrderChannel},
        payments={"paypal": PayPalPayments, "stripe": StripePayments},
        rates=EcbRates(),
    )
