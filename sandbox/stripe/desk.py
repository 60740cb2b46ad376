"""The desk of the simulated Stripe: sessions of an account, and switches for people and tests."""

import json
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.stripe.accounts import ACCOUNTS, by_key
from sandbox.stripe.checkout import CARDS, Card, Checkout, Session
from sandbox.stripe.errors import StripeError
from sandbox.stripe.events import Announcer
from sandbox.stripe.pages import thanks

TAMPERS = ("amount", "charge_amount", "currency", "payee", "reference", "livemode")
_GOOD, _BAD = "4242424242424242", "4000000000000002"


class StripeDesk:
    """Handlers of `/stripe/` and `/stripe/_sandbox/...`."""

    def __init__(self, world: World, checkout: Checkout, announcer: Announcer) -> None:
        self._world = world
        self._checkout = checkout
        self._announcer = announcer

    def routes(self) -> list[Route]:
        """The addresses of the desk."""
        return [
            Route("/", self.desk),
            Route("/_sandbox/sessions", self.list_sessions),
            Route("/_sandbox/sessions/{id}/{action}", self.act, methods=["POST"]),
            Route("/_sandbox/webhooks", self.point_webhook, methods=["POST"]),
            Route("/_sandbox/webhooks/rotate", self.rotate_secret, methods=["POST"]),
        ]

    async def desk(self, request: Request) -> Response:
        """All sessions of one account, with buttons."""
        account = by_key(request.query_params.get("account", "")) or ACCOUNTS[0]
        own = [session for session in self._checkout.sessions.values() if session.account is account][::-1][:200]
        for session in own:
            self._checkout.expire_if_due(session)
        return self._world.pages.show(
            "stripe/desk.html",
            accounts=ACCOUNTS,
            account=account,
            sessions=[_row(session) for session in own],
            endpoints=[e for e in self._announcer.endpoints.values() if e.account is account],
            problem=request.query_params.get("problem", ""),
        )

    async def list_sessions(self, request: Request) -> Response:
        """All sessions of all accounts in short, newest last."""
        return JSONResponse({"sessions": [_short(session) for session in self._checkout.sessions.values()]})

    async def act(self, request: Request) -> Response:
        """Play the payer or the bank: pay, decline, expire, succeed, fail, refund, bounce, resend."""
        session = self._checkout.sessions.get(request.path_params["id"])
        if session is None:
            return JSONResponse({"error": "no such session"}, 404)
        try:
            wishes = await _wishes(request)
            self._act(session, request.path_params["action"], wishes)
        except StripeError as refusal:
            return _told(request, session, refusal.message)
        except ValueError as problem:
            return _told(request, session, str(problem))
        return _told(request, session, "")

    def _act(self, session: Session, action: str, wishes: dict[str, Any]) -> None:
        if action == "pay":
            # "later": a bank debit, which an account may offer whatever we asked for.
            card = None if wishes.get("later") else _card(wishes, _GOOD)
            tamper = {name: str(wishes[name]) for name in TAMPERS if wishes.get(name) not in (None, "")}
            self._checkout.pay(session, card, **tamper)
        elif action == "decline":
            self._checkout.pay(session, _card(wishes, _BAD))
        elif action == "expire":
            self._checkout.expire_if_due(session)
            self._checkout.expire(session)
        elif action in ("succeed", "fail"):
            self._checkout.settle(session, succeeded=action == "succeed")
        elif action in ("refund", "bounce"):
            charge = session.intent.latest if session.intent else None
            if charge is None:
                raise ValueError("nothing was charged")
            if action == "bounce":
                self._checkout.bounce(charge)
                return
            amount = wishes.get("amount")
            self._checkout.refund(charge, int(amount) if amount else None, "requested_by_customer", {})
        elif action == "resend":
            self._announcer.resend(session.id)
        else:
            raise ValueError(f"unknown action {action}")

    async def point_webhook(self, request: Request) -> Response:
        """Give an account's seeded endpoint its address: {"account": key, "url": address}; an empty one stops it."""
        wishes = await _wishes(request)
        account, url = by_key(str(wishes.get("account", ""))), str(wishes.get("url", ""))
        if account is None or (url and not url.startswith(("http://", "https://"))):
            return JSONResponse({"error": "expected account (brume, cascade, platform) and url"}, 400)
        endpoint = self._announcer.endpoints[account.endpoint_id]
        endpoint.url = url
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"/stripe/?account={account.key}", 303)
        return JSONResponse({"endpoint_id": endpoint.id, "url": url, "secret": endpoint.secrets[0]})

    async def rotate_secret(self, request: Request) -> Response:
        """Add a new signing secret ({"account": key}); with {"finish": true} the old one stops signing."""
        wishes = await _wishes(request)
        account = by_key(str(wishes.get("account", "")))
        if account is None:
            return JSONResponse({"error": "expected account (brume, cascade, platform)"}, 400)
        endpoint = self._announcer.endpoints[account.endpoint_id]
        if wishes.get("finish"):
            endpoint.secrets = endpoint.secrets[:1]
        else:
            endpoint.secrets = [self._checkout.new_id("whsec"), endpoint.secrets[0]]
        return JSONResponse({"endpoint_id": endpoint.id, "secrets": endpoint.secrets})


def _card(wishes: dict[str, Any], usual: str) -> Card:
    number = str(wishes.get("card", usual)).replace(" ", "")
    if number not in CARDS:
        raise ValueError(f"not a test card: {number}")
    return CARDS[number]


async def _wishes(request: Request) -> dict[str, Any]:
    """What a form or a JSON body asks for; an empty body asks for nothing."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: str(value) for name, value in (await request.form()).items()}
    raw = await request.body()
    body = json.loads(raw) if raw.strip() else {}
    if not isinstance(body, dict):
        raise ValueError("a JSON object is expected")
    return body


def _told(request: Request, session: Session, problem: str) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        query = {"account": session.account.key} | ({"problem": problem} if problem else {})
        return RedirectResponse(f"/stripe/?{urlencode(query)}", 303)
    if problem:
        return JSONResponse({"error": problem}, 409)
    return JSONResponse(_short(session))


def _short(session: Session) -> dict[str, Any]:
    charge = session.intent.latest if session.intent else None
    return {
        "id": session.id,
        "account": session.account.id,
        "status": session.status,
        "payment_status": session.payment_status,
        "amount_total": session.amount_total,
        "currency": session.currency,
        "client_reference_id": session.reference,
        "payment_intent": session.intent.id if session.intent else None,
        "charge": charge.id if charge else None,
        "success_url": thanks(session),
        "cancel_url": session.params.get("cancel_url"),
    }


def _row(session: Session) -> dict[str, Any]:
    charge = session.intent.latest if session.intent else None
    return {
        "session": session,
        "amount": f"{session.amount_total / 100:.2f} {session.currency.upper()}",
        "charge": charge,
        "processing": session.intent is not None and session.intent.status == "processing",
        "refundable": charge is not None and charge.status == "succeeded" and charge.refunded < charge.amount,
    }
