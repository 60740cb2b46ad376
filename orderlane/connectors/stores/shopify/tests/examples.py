"""Our own small example payloads, and values the tests share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest

RECORDED = Path(__file__).parent.parent / "recorded"
ORDER = "gid://shopify/Order/6001001"
LINE = "gid://shopify/LineItem/7001"
SHOP = "maison-lumen.myshopify.com"


def recorded(name: str) -> dict[str, Any]:
    """Read one of the recorded payloads anew."""
    loaded: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def account(api_url: str = "http://127.0.0.1:9", **secrets: str) -> Account:
    """An account of the example shop."""
    return Account(SHOP, api_url, {"access_token": "shpat_test", "webhook_secret": "current", **secrets})


def purchase_order(**changed: Any) -> PurchaseOrderRequest:
    """A purchase order of two lines in US dollars."""
    values: dict[str, Any] = {
        "reference": "OL-100234",
        "lines": [
            PurchaseOrderLineRequest("L1", "gid://shopify/ProductVariant/8001", "LUNE-S", "Lampe", 2, usd(1000)),
            PurchaseOrderLineRequest("L2", "8002", "SOLEIL", "Soleil", 1, usd(550)),
        ],
        "ship_to": Address(
            "Zoé Anne Martin", "", "12 rue des Lilas", "", "Lyon", "", "69003", "FR", "", "z@example.com"
        ),
        "shipping": usd(200),
        "tax": usd(0),
        "retailer_name": "Maison Lumen",
        "retailer_domain": "maison-lumen.com",
        "payment_reference": "PAY-7",
        "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    }
    return PurchaseOrderRequest(**{**values, **changed})


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor, "USD")
