"""A caller of the simulated PayPal that checks every answer against the official OpenAPI documents."""

from typing import Any

import httpx

from sandbox.tests.payments import CONTRACTS, check, document

_DOCUMENTS = ("checkout_orders_v2", "payments_payment_v2", "notifications_webhooks_v1")


class PayPalCaller:
    """One account's REST app."""

    def __init__(self, base: str, client: httpx.Client, account: str = "brume") -> None:
        self.base = base
        seeded = httpx.get(f"{base}/seed.json").json()["paypal"]["accounts"]
        self.account: dict[str, str] = next(a for a in seeded if a["key"] == account)
        self.client = client
        self.token = self.fetch_token()

    def fetch_token(self) -> str:
        """A fresh bearer token."""
        credentials = (self.account["client_id"], self.account["client_secret"])
        answer = self.client.post("/v1/oauth2/token", auth=credentials, data={"grant_type": "client_credentials"})
        assert answer.status_code == 200
        return str(answer.json()["access_token"])

    def call(
        self, method: str, path: str, body: Any = None, key: str = "", whole: bool = True, **headers: str
    ) -> httpx.Response:
        """Call, and check the answer (2xx or refusal) against the operation's documented response."""
        sent = {"Authorization": f"Bearer {self.token}"} | headers
        sent |= {"PayPal-Request-Id": key} if key else {}
        sent |= {"Prefer": "return=representation"} if whole else {}
        answer = self.client.request(method, path, json=body, headers=sent)
        if CONTRACTS.is_dir():
            self.check(method, path, answer)
        return answer

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        """Check an answer against the documented schema for its status."""
        name, operation = _operation(method, path)
        responses = operation["responses"]
        documented = responses.get(str(answer.status_code))
        if documented is None and answer.status_code >= 400:
            documented = responses.get("default")
        if documented is None and answer.status_code == 200:
            # Repeats of a refund are documented in prose as 200; the OpenAPI file lists only the 201.
            documented = responses["201"]
        assert documented is not None, f"{answer.status_code} is not a documented answer of {method} {path}"
        if "$ref" in documented:
            documented = document(f"paypal/{name}.json.gz")["components"]["responses"][
                documented["$ref"].split("/")[-1]
            ]
        schema = documented["content"]["application/json"]["schema"]
        check(f"paypal/{name}.json.gz", schema, answer.json())

    def open(self, key: str = "", **unit: Any) -> dict[str, Any]:
        """Open an order over 12.50 USD, its purchase unit changed by `unit`."""
        answer = self.call("POST", "/v2/checkout/orders", order_body(**unit), key=key)
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    def approved(self, **unit: Any) -> str:
        """The id of a fresh order the payer has approved."""
        order_id = str(self.open(**unit)["id"])
        assert self.act(order_id, "approve").status_code == 200
        return order_id

    def act(self, order_id: str, action: str, **wishes: Any) -> httpx.Response:
        """Play the payer or PayPal."""
        return self.client.post(f"/_sandbox/orders/{order_id}/{action}", json=wishes)

    def capture(self, order_id: str, key: str = "") -> httpx.Response:
        """Capture an order."""
        return self.call("POST", f"/v2/checkout/orders/{order_id}/capture", {}, key=key)

    def issue(self, answer: httpx.Response) -> tuple[int, str]:
        """Status and first issue of a refusal."""
        return answer.status_code, answer.json()["details"][0]["issue"]


def order_body(**unit: Any) -> dict[str, Any]:
    """A body for "create order" over 12.50 USD."""

    def usd(value: str) -> dict[str, str]:
        return {"currency_code": "USD", "value": value}

    whole = {
        "custom_id": "attempt-1",
        "amount": usd("12.50") | {"breakdown": {"item_total": usd("10.00"), "shipping": usd("2.50")}},
        "items": [{"name": "Order #1001", "quantity": "2", "unit_amount": usd("5.00")}],
    }
    context = {
        "return_url": "http://127.0.0.1:9/back?payment=7",
        "cancel_url": "http://127.0.0.1:9/left?payment=7",
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
    kept = {name: value for name, value in (whole | unit).items() if value is not None}
    source = {"paypal": {"experience_context": context}}
    return {"intent": "CAPTURE", "purchase_units": [kept], "payment_source": source}


def _operation(method: str, path: str) -> tuple[str, dict[str, Any]]:
    asked = path.strip("/").split("/")
    for name in _DOCUMENTS:
        for template, operations in document(f"paypal/{name}.json.gz")["paths"].items():
            known = template.strip("/").split("/")
            same = len(known) == len(asked) and all(
                k == a or k.startswith("{") for k, a in zip(known, asked, strict=True)
            )
            if same and method.lower() in operations:
                return name, operations[method.lower()]
    raise AssertionError(f"{method} {path} is in no PayPal document")
