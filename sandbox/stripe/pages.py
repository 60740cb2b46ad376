"""The hosted payment page, as the payer sees it."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.language import preferred_language, written_amount
from sandbox.core.world import World
from sandbox.stripe.checkout import CARDS, Checkout, Session
from sandbox.stripe.texts import TEXTS


class HostedPage:
    """Handlers of `/stripe/pay/{session}`."""

    def __init__(self, world: World, checkout: Checkout) -> None:
        self._world = world
        self._checkout = checkout

    def routes(self) -> list[Route]:
        """The one address of the page."""
        return [Route("/pay/{id}", self.page, methods=["GET", "POST"])]

    async def page(self, request: Request) -> Response:
        """Show the bill and the card form, or take what the payer typed."""
        session = self._checkout.sessions.get(request.path_params["id"])
        if session is None:
            return self._show(request, None, "unknown", {}, 404)
        self._checkout.expire_if_due(session)
        if request.method == "GET" or session.status != "open":
            return self._show(request, session, "" if session.status == "open" else session.status, {})
        form = {name: str(value) for name, value in (await request.form()).items()}
        problem = self._bank_answered(session, form) if "bank" in form else self._submitted(session, form)
        if session.status == "complete":
            return RedirectResponse(thanks(session), 303)
        return self._show(request, session, problem, form)

    def _submitted(self, session: Session, form: dict[str, str]) -> str:
        """The card form was sent; returns the name of the problem, or nothing."""
        card = CARDS.get(re.sub(r"\D", "", form.get("number", "")))
        if card is None:
            return "number"
        if not self._valid_expiry(form.get("expiry", "")):
            return "expiry_wrong"
        if not re.fullmatch(r"\d{3,4}", form.get("cvc", "").strip()):
            return "cvc_wrong"
        if card.challenge:
            self._checkout.challenge(session, card)
            return ""
        if self._checkout.pay(session, card):
            return ""
        return "funds" if card.decline == "insufficient_funds" else "declined"

    def _bank_answered(self, session: Session, form: dict[str, str]) -> str:
        """The payer answered the bank's question; returns the name of the problem, or nothing."""
        if session.waiting is None:
            return ""
        if form["bank"] == "allow":
            self._checkout.pay(session, session.waiting)
            return ""
        self._checkout.fail_challenge(session)
        return "authentication"

    def _valid_expiry(self, text: str) -> bool:
        found = re.fullmatch(r"\s*(0[1-9]|1[0-2])\s*/?\s*(\d{2})\s*", text)
        now = self._world.clock.now()
        return found is not None and (2000 + int(found[2]), int(found[1])) >= (now.year, now.month)

    def _show(
        self, request: Request, session: Session | None, problem: str, form: dict[str, str], status: int = 200
    ) -> Response:
        asked = str(session.params.get("locale", "auto")) if session else "auto"
        language = preferred_language(request.headers.get("accept-language", "") if asked == "auto" else asked)
        text = TEXTS[language]
        return self._world.pages.show(
            "stripe/pay.html",
            status,
            language=language,
            text=text,
            problem=text[problem] if problem else "",
            typed={name: form.get(name, "") for name in ("number", "expiry", "name")},
            bill=_bill(session, language) if session else None,
            waiting=session is not None and session.waiting is not None,
        )


def thanks(session: Session) -> str:
    """The success address with the session's id filled in."""
    return str(session.params["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)


def _bill(session: Session, language: str) -> dict[str, Any]:
    """The session as the payer reads it."""

    def shown(amount: int) -> str:
        return written_amount(amount, session.currency.upper(), language, 0 if session.currency == "jpy" else 2)

    lines = [
        {
            "name": line["price_data"]["product_data"]["name"],
            "detail": line["price_data"]["product_data"].get("description", ""),
            "quantity": line["quantity"],
            "amount": shown(line["price_data"]["unit_amount"] * line["quantity"]),
        }
        for line in session.params["line_items"]
    ]
    return {
        "payee": session.account.name,
        "lines": lines,
        "total": shown(session.amount_total),
        "open": session.status == "open",
        "cancel_url": session.params.get("cancel_url", ""),
        "email": session.params.get("customer_email", ""),
    }
