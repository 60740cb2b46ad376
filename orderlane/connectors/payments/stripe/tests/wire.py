"""A payment request, recorded answers of Stripe, and how its forms are read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.tests.loopback import Answer, Loopback, Received
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.payments import PaymentLine, PaymentRequest

SCHEMAS = "stripe/request-schemas.stripe-python-16.1.0.json.gz"
SESSION = "cs_test_a1b2c3"
SESSIONS = "/v1/checkout/sessions"
USD = "USD"
REQUEST = PaymentRequest(
    key="att-1-open-1",
    reference="pay-0001",
    description="2 purchase orders",
    goods=(
        PaymentLine("Order #1001", Money(2500, USD)),
        PaymentLine("Order #1002", Money(1500, USD)),
        PaymentLine("Free sample", Money(0, USD)),
    ),
    shipping=Money(700, USD),
    tax=Money(940, USD),
    amount=Money(5640, USD),
    return_url="https://hub.example.com/payments/return",
    cancel_url="https://hub.example.com/payments/cancel",
    expires_at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
    language="fr",
)
_numbers = count()


def recorded(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parents[1] / "recorded" / f"{name}.json").read_text())
    return loaded


ACCOUNT = Answer(200, {"id": "acct_1Supplier", "object": "account"})
OPEN, PAID = recorded("session_open"), recorded("session_paid")


def connector(server: Loopback, **secrets: str) -> StripePayments:
    """A connector with a key of its own, so that no test finds another one's account."""
    return StripePayments(
        Account(
            "acct_1Supplier",
            server.url,
            {"api_key": f"rk_test_{next(_numbers)}", "webhook_secret": "whsec_1", **secrets},
            Environment.TEST,
        )
    )


def calls(server: Loopback) -> list[str]:
    return [f"{request.method} {request.path.partition('?')[0]}" for request in server.received]


def sent(request: Received) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), strict_parsing=True))


def nested(form: dict[str, str]) -> Any:
    """Undo the form encoding of a Stripe request (``a[b][0]=c``), reading numbers and booleans as such."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        keys = name.replace("]", "").split("[")
        node = tree
        for key in keys[:-1]:
            node = node.setdefault(key, {})
        node[keys[-1]] = {"true": True, "false": False}.get(value, int(value) if value.isdigit() else value)

    def lists(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        values = {key: lists(value) for key, value in node.items()}
        return list(values.values()) if values and all(key.isdigit() for key in values) else values

    return lists(tree)
