"""Our own small example payloads, and values the tests share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.budgets import RateBudget, Unlimited
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest

RECORDED = Path(__file__).parent.parent / "recorded"
STORE = "hp7k2q9wab"
SECRET = "the client secret of a store-level API account"
APP = PlatformApp(
    "client-id",
    "the client secret of the operator's own app, which is as long as BigCommerce makes them",
    "http://127.0.0.1:9/login",
)


def recorded(name: str) -> Any:
    """Read one of the recorded payloads anew, as the client would."""
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def account(
    api_url: str = "http://127.0.0.1:9",
    secrets: Mapping[str, str] | None = None,
    app: PlatformApp = APP,
    budget: RateBudget | None = None,
) -> Account:
    """An account of the example store, with a pasted API account unless told otherwise."""
    pasted = {"access_token": "token", "client_secret": SECRET}
    return Account(STORE, api_url, pasted if secrets is None else secrets, app=app, budget=budget or Unlimited())


def purchase_order(**changed: Any) -> PurchaseOrderRequest:
    """A purchase order of two lines in US dollars: a variant of the store, and a product it has no variant for."""
    values: dict[str, Any] = {
        "reference": "OL-100234",
        "lines": [
            PurchaseOrderLineRequest("line-1", "118/93", "LUNE-S", "Lampe", 2, usd(1450)),
            PurchaseOrderLineRequest("line-2", "", "SOLEIL", "Soleil", 1, usd(550)),
        ],
        "ship_to": Address(
            "Jordan Lee Reyes", "", "2210 NW Lovejoy St", "", "Portland", "OR", "97210", "US", "", "z@example.com"
        ),
        "shipping": usd(200),
        "tax": usd(0),
        "retailer_name": "Harbor & Pine",
        "retailer_domain": "harbor-pine.example",
        "payment_reference": "PAY-7",
        "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    }
    return PurchaseOrderRequest(**{**values, **changed})


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor, "USD")
