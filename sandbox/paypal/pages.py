"""The payer's page, and the desk where a person (or a test) plays the payer and PayPal's reviewers."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.language import preferred_language, written_amount
from sandbox.core.world import World
from sandbox.paypal.accounts import ACCOUNTS, PAYER, by_key
from sandbox.paypal.amounts import WITHOUT_DECIMALS, minor, well_formed
from sandbox.paypal.errors import PayPalError
from sandbox.paypal.events import Announcer, Subscription
from sandbox.paypal.orders import DECLINING, GOOD, REVIEWED, Lifetimes, Order, Orders, total
from sandbox.paypal.shapes import Shapes
from sandbox.paypal.signing import signer
from sandbox.paypal.texts import TEXTS

TAMPERS = ("amount", "currency", "payee", "reference", "when")
_PARTS = ("shipping", "tax_total", "handling", "insurance", "shipping_discount", "discount")


class PayPalPages:
    """Handlers of pages and of `/paypal/_sandbox/...`."""

    def __init__(self, world: World, orders: Orders, shapes: Shapes, announcer: Announcer) -> None:
        self._world = world
        self._orders = orders
        self._shapes = shapes
        self._announcer = announcer

    def routes(self) -> list[Route]:
        """The addresses of the pages."""
        return [
            Route("/", self.desk),
            Route("/checkoutnow", self.checkout, methods=["GET", "POST"]),
            Route("/_sandbox/orders", self.list_orders),
            Route("/_sandbox/orders/{id}/{action}", self.act, methods=["POST"]),
            Route("/_sandbox/webhooks", self.point_webhook, methods=["POST"]),
            Route("/_sandbox/lifetimes", self.lifetimes, methods=["GET", "POST"]),
            Route("/_sandbox/ca.pem", self.authority),
        ]

    async def checkout(self, request: Request) -> Response:
        """Show what is to be paid, or carry out the payer's choice and send them back."""
        order = self._orders.by_id.get(request.query_params.get("token", ""))
        if order is None:
            return self._checkout_page(request, None, "unknown", 404)
        self._orders.reverse_if_due(order)
        if request.method == "POST":
            choice = str((await request.form()).get("choice", ""))
            if choice == "cancel":
                self._orders.cancel(order)
                return self._send_back(request, order, approved=False)
            if choice in ("pay", "review", "decline") and order.payable:
                self._pay(order, {"pay": GOOD, "review": REVIEWED, "decline": DECLINING}[choice], {})
                return self._send_back(request, order, approved=True)
        return self._checkout_page(request, order, _problem(order))

    def _pay(self, order: Order, instrument: str, wishes: dict[str, Any]) -> None:
        reason = str(wishes.get("reason", "PENDING_REVIEW")) if instrument == REVIEWED else ""
        tamper = {name: str(wishes[name]) for name in TAMPERS if wishes.get(name) not in (None, "")}
        if "amount" in tamper and not well_formed(tamper["amount"]):
            raise ValueError("amount is a string in major units, for instance 12.50")
        self._orders.approve(order, instrument, reason, **tamper)

    def _send_back(self, request: Request, order: Order, approved: bool) -> Response:
        address = self.way_back(order, approved)
        return RedirectResponse(address, 303) if address else self._checkout_page(request, order, "done")

    def way_back(self, order: Order, approved: bool) -> str:
        """The return (or cancel) address with what PayPal adds to its query."""
        address = order.context.get("return_url" if approved else "cancel_url", "")
        if not address:
            return ""
        parts = urlsplit(str(address))
        query = [*parse_qsl(parts.query, keep_blank_values=True), ("token", order.id)]
        if approved:
            query.append(("PayerID", str(PAYER["account_id"])))
        return urlunsplit(parts._replace(query=urlencode(query)))

    def _checkout_page(self, request: Request, order: Order | None, problem: str, status: int = 200) -> Response:
        asked = str(order.context.get("locale", "")) if order else ""
        language = preferred_language(asked or request.headers.get("accept-language", ""))
        text = TEXTS[language]
        values: dict[str, Any] = {"language": language, "text": text, "problem": text[problem] if problem else ""}
        values["order"] = _bill(order, language) if order else None
        return self._world.pages.show("paypal/checkout.html", status, payer=PAYER, **values)

    async def desk(self, request: Request) -> Response:
        """All orders of one account, with the buttons of PayPal's side."""
        account = by_key(request.query_params.get("account", "")) or ACCOUNTS[0]
        own = [order for order in self._orders.by_id.values() if order.account is account][::-1][:200]
        for order in own:
            self._orders.reverse_if_due(order)
        return self._world.pages.show(
            "paypal/desk.html",
            accounts=ACCOUNTS,
            account=account,
            orders=[_row(order) for order in own],
            subscriptions=[s for s in self._announcer.subscriptions.values() if s.account is account],
            problem=request.query_params.get("problem", ""),
        )

    async def list_orders(self, request: Request) -> Response:
        """All orders of all accounts as the API writes them, newest last."""
        return JSONResponse({"orders": [self._shapes.order(order) for order in self._orders.by_id.values()]})

    async def act(self, request: Request) -> Response:
        """Play the payer or PayPal: approve, decline, pend, cancel, complete, deny, refund, resend, expire."""
        order = self._orders.by_id.get(request.path_params["id"])
        if order is None:
            return JSONResponse({"error": "no such order"}, 404)
        try:
            wishes = await _wishes(request)
            self._act(order, request.path_params["action"], wishes)
        except PayPalError as refusal:
            return self._told(request, order, refusal.findings[0].issue)
        except ValueError as problem:
            return self._told(request, order, str(problem))
        return self._told(request, order, "")

    def _act(self, order: Order, action: str, wishes: dict[str, Any]) -> None:
        paying = {"approve": GOOD, "decline": DECLINING, "pend": REVIEWED}
        self._orders.reverse_if_due(order)
        if action in paying:
            self._pay(order, paying[action], wishes)
        elif action == "cancel":
            self._orders.cancel(order)
        elif action in ("complete", "deny"):
            self._orders.settle(order, completed=action == "complete")
        elif action == "refund":
            amount = wishes.get("amount")
            for capture in order.captures:
                value = {"currency_code": capture.currency, "value": str(amount)} if amount else None
                self._orders.refund(capture, value)
        elif action == "resend":
            self._announcer.resend(order)
        elif action == "expire":
            if order.status != "APPROVED":
                raise ValueError("only an approved order can be reversed")
            self._orders.reverse(order)
        else:
            raise ValueError(f"unknown action {action}")

    def _told(self, request: Request, order: Order, problem: str) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            query = {"account": order.account.key} | ({"problem": problem} if problem else {})
            return RedirectResponse(f"/paypal/?{urlencode(query)}", 303)
        if problem:
            return JSONResponse({"error": problem}, 409)
        body = {"id": order.id, "status": order.status, "captures": [c.id for c in order.captures]}
        body |= {"return_url": self.way_back(order, True), "cancel_url": self.way_back(order, False)}
        return JSONResponse(body)

    async def point_webhook(self, request: Request) -> Response:
        """Give an account's seeded webhook its address: {"account": key, "url": address}; an empty one stops it."""
        wishes = await _wishes(request)
        account, url = by_key(str(wishes.get("account", ""))), str(wishes.get("url", ""))
        if account is None or (url and not url.startswith(("http://", "https://"))):
            return JSONResponse({"error": "expected account (brume, cascade, porto) and url"}, 400)
        self._announcer.subscriptions[account.webhook_id] = Subscription(account.webhook_id, account, url)
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"/paypal/?account={account.key}", 303)
        return JSONResponse({"webhook_id": account.webhook_id, "url": url})

    async def lifetimes(self, request: Request) -> Response:
        """Read or change how long approvals, keys and tokens last (seconds): approval, order_key, refund_key, token."""
        if request.method == "POST":
            wishes = await _wishes(request)
            if any(k not in vars(Lifetimes()) or not isinstance(v, int | float) or v < 0 for k, v in wishes.items()):
                return JSONResponse({"error": f"expected seconds for {', '.join(vars(Lifetimes()))}"}, 400)
            for name, seconds in wishes.items():
                setattr(self._orders.lifetimes, name, float(seconds))
        return JSONResponse(vars(self._orders.lifetimes))

    async def authority(self, request: Request) -> Response:
        """The certificate of our own authority, for receivers that check the chain up to a trusted root."""
        return Response(signer().authority_pem, media_type="application/x-pem-file")


async def _wishes(request: Request) -> dict[str, Any]:
    """What a form or a JSON body asks for; an empty body asks for nothing."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: str(value) for name, value in (await request.form()).items()}
    raw = await request.body()
    body = json.loads(raw) if raw.strip() else {}
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    return body


def _problem(order: Order) -> str:
    if order.status == "APPROVED":
        return "declined" if order.instrument == DECLINING else "already"
    return {"COMPLETED": "completed", "VOIDED": "voided"}.get(order.status, "")


def _bill(order: Order, language: str) -> dict[str, Any]:
    """The order as the payer reads it."""

    def shown(amount: dict[str, str], times: int = 1) -> str:
        currency = amount["currency_code"]
        places = 0 if currency in WITHOUT_DECIMALS else 2
        return written_amount(minor(amount["value"], currency) * times, currency, language, places)

    units = []
    for unit in order.units:
        breakdown = unit["amount"].get("breakdown", {})
        items = [
            {"name": i["name"], "quantity": i["quantity"], "amount": shown(i["unit_amount"], int(i["quantity"]))}
            for i in unit.get("items", [])
        ]
        parts = [(name, shown(breakdown[name])) for name in _PARTS if name in breakdown]
        units.append({"items": items, "parts": parts, "description": unit.get("description", "")})
    payee = order.units[0]["payee"]
    return {
        "payee": next(
            (a.name for a in ACCOUNTS if a.merchant_id == payee.get("merchant_id")), payee.get("email_address", "")
        ),
        "email": payee.get("email_address", ""),
        "units": units,
        "total": shown(total(order)),
        "invoice": order.units[0].get("invoice_id", ""),
        "payable": order.payable,
    }


def _row(order: Order) -> dict[str, Any]:
    amount = total(order)
    return {
        "order": order,
        "amount": f"{amount['value']} {amount['currency_code']}",
        "reference": order.units[0].get("custom_id", ""),
        "captures": order.captures,
        "pending": any(capture.status == "PENDING" for capture in order.captures),
        "refundable": any(capture.status in ("COMPLETED", "PARTIALLY_REFUNDED") for capture in order.captures),
    }
