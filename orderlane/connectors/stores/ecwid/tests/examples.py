"""Values and small payloads that the tests share."""

from __future__ import annotations

import json
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
STORE = "1003"


def recorded(name: str) -> dict[str, Any]:
    """Read one of the recorded payloads anew, its numbers as decimals, as the client does."""
    loaded: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)
    return loaded


def account(
    api_url: str = "http://127.0.0.1:9", *, app_secret: str = "", budget: RateBudget | None = None, **secrets: str
) -> Account:
    """An account of the example store."""
    return Account(
        STORE,
        api_url,
        {"access_token": "secret_test", "webhook_secret": "current", **secrets},
        app=PlatformApp("app", app_secret, "http://127.0.0.1:9"),
        budget=budget or Unlimited(),
    )


def purchase_order(**changed: Any) -> PurchaseOrderRequest:
    """A purchase order of two lines in euros."""
    values: dict[str, Any] = {
        "reference": "OL-100234",
        "lines": [
            PurchaseOrderLineRequest("L1", "8001-9001", "MIEL-250", "Miel", 2, eur(620)),
            PurchaseOrderLineRequest("L2", "8002", "PAIN", "Pain d’épices", 1, eur(540)),
        ],
        "ship_to": Address(
            "Zoé Anne Martin",
            "",
            "12 rue des Lilas",
            "3e étage",
            "Lyon",
            "",
            "69003",
            "FR",
            "+33400000000",
            "z@x.example",
        ),
        "shipping": eur(390),
        "tax": eur(119),
        "retailer_name": "Épicerie Hirondelle",
        "retailer_domain": "epicerie-hirondelle.company.site",
        "payment_reference": "PAY-7",
        "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    }
    return PurchaseOrderRequest(**{**values, **changed})


def eur(minor: int) -> Money:
    """An amount in euro cents."""
    return Money(minor, "EUR")
