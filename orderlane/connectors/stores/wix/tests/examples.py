"""Our own small example payloads, and values the tests share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.budgets import RateBudget, Unlimited
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest

RECORDED = Path(__file__).parent.parent / "recorded"
INSTANCE = "0f1e2d3c-0000-4000-8000-00000000aaaa"
ORDER = "e994ac9d-26b0-4f81-8047-00a2e964d6bf"
LINE = "00000000-0000-0000-0000-000000000001"
PRODUCT = "0614129c-8777-9f3b-4dfe-b80a54df10d5"
VARIANT = f"{PRODUCT}:00000000-0000-003f-0005-a316f7c67df7"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_SECRETS = count(1)


def recorded(name: str) -> dict[str, Any]:
    """Read one of the recorded payloads anew."""
    loaded: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def key_pair(name: str) -> tuple[str, str]:
    """A private and a public key, as PEM; the same name gives the same pair."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def app(*public_keys: str, **changed: str) -> PlatformApp:
    """The installation's app."""
    values = {"client_id": "app-id", "client_secret": "app-secret", "auth_url": "https://www.wix.com", **changed}
    return PlatformApp(public_keys=public_keys, **values)


def account(api_url: str = "http://127.0.0.1:9", *public_keys: str, budget: RateBudget | None = None) -> Account:
    """The example site, where our app is installed.

    Tokens are kept by address and secret, and ports are used again: every account has a secret of its own.
    """
    our_app = app(*public_keys, client_secret=f"app-secret-{next(_SECRETS)}")
    return Account(INSTANCE, api_url, {"instance_id": INSTANCE}, app=our_app, budget=budget or Unlimited())


def event(**changed: Any) -> dict[str, Any]:
    """An order event, without the order that nobody reads."""
    return {
        "id": "162075ea-7271-411b-b555-de545e8e6f38",
        "entityFqdn": "wix.ecom.v1.order",
        "slug": "approved",
        "entityId": ORDER,
        "actionEvent": {"body": {"order": {}}},
        "eventTime": "2026-11-23T11:59:00.000Z",
        "triggeredByAnonymizeRequest": False,
        **changed,
    }


def signed(private: str, content: dict[str, Any], algorithm: str = "RS256", **changed: Any) -> bytes:
    """A delivery as Wix sends it: JSON in JSON in a token.

    ``changed`` are claims, the headers of the token, or parts of the envelope.
    """
    envelope = {
        "instanceId": changed.pop("instance", INSTANCE),
        "eventType": changed.pop("event_type", "wix.ecom.v1.order_approved"),
        "identity": "{}",
        "data": json.dumps(content),
    }
    issued = int(NOW.timestamp()) - 60
    headers = changed.pop("headers", None)
    claims = {"data": json.dumps(envelope), "iat": issued, "exp": issued + 3600, **changed}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, private, algorithm, headers).encode()


def purchase_order(**changed: Any) -> PurchaseOrderRequest:
    """A purchase order of two lines in US dollars."""
    values: dict[str, Any] = {
        "reference": "OL-100234",
        "lines": [
            PurchaseOrderLineRequest("L1", VARIANT, "ARA-500-ST", "Brazilian Arabica", 2, usd(1000)),
            PurchaseOrderLineRequest("L2", "", "SOLEIL", "Soleil", 1, usd(550)),
        ],
        "ship_to": Address(
            "Zoé Anne Martin", "", "12 Main St", "Apt 4", "New York", "NY", "10011", "US", "+1", "z@example.com"
        ),
        "shipping": usd(200),
        "tax": usd(0),
        "retailer_name": "Studio Cerise",
        "retailer_domain": "studio-cerise.example",
        "payment_reference": "PAY-7",
        "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    }
    return PurchaseOrderRequest(**{**values, **changed})


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor, "USD")
