"""Which connectors this installation has: one line each. Adding a connector is one folder and one line here."""

from __future__ import annotations

from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.rates.ecb.connector import EcbRates
from orderlane.connectors.stores.ecwid.connector import EcwidOrderChannel, EcwidStore
from orderlane.connectors.stores.shopify.connector import ShopifyOrderChannel, ShopifyStore
from orderlane.ports.registry import Wiring


def wiring() -> Wiring:
    """Every connector, by the word that rows and forms use for it."""
    return Wiring(
        stores={"shopify": ShopifyStore, "ecwid": EcwidStore},
        channels={"shopify": ShopifyOrderChannel, "ecwid": EcwidOrderChannel},
        payments={"paypal": PayPalPayments, "stripe": StripePayments},
        rates=EcbRates(),
    )
