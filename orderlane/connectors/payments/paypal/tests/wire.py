"""A scripted PayPal on loopback, a payment request, and the recorded answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.tests.loopback import Answer, Loopback, Received, route
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.payments import PaymentLine, PaymentRequest

CONTRACT = "paypal/checkout_orders_v2.json.gz"
LIVE_API = "https://api-m.paypal.com"
PAYEE = "8QW7DZX5RUM3N"
ORDER = "5O190127TN364715T"
ORDER_PATH = f"/v2/checkout/orders/{ORDER}"
TOKEN = Answer(200, {"access_token": "A21", "token_type": "Bearer", "expires_in": 32400})
USD = "USD"
REQUEST = PaymentRequest(
    key="att-1-open-1",
    reference="pay-0001",
    description="2 purchase orders",
    goods=(
        PaymentLine("Order #1001", Money(2500, USD)),
        PaymentLine("Order #1002 " + "é" * 200, Money(1500, USD)),
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


def connector(server: Loopback, **secrets: str) -> PayPalPayments:
    """A connector with a client id of its own, so that no test finds another one's token."""
    return PayPalPayments(
        Account(
            external_id=PAYEE,
            api_url=server.url,
            secrets={"client_id": f"client-{next(_numbers)}", "client_secret": "s3", "webhook_id": "WH-1", **secrets},
            environment=Environment.TEST,
        )
    )


def answering(answers: dict[str, Answer | list[Answer]]) -> Callable[[Received], Answer]:
    return route({"POST /v1/oauth2/token": TOKEN, **answers})


def calls(server: Loopback) -> list[str]:
    return [f"{request.method} {request.path}" for request in server.received]
