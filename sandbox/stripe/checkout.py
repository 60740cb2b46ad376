"""The state of simulated Checkout Sessions: open, paid, declined, expired, refunded. No HTTP in here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.core.world import World
from sandbox.stripe.accounts import StripeAccount
from sandbox.stripe.errors import invalid, missing

_SMALLEST = {"usd": 50, "eur": 50, "cad": 50, "aud": 50, "chf": 50, "gbp": 30}
"""Minor units below which Stripe does not charge: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts"""


@dataclass(frozen=True)
class Card:
    """A test card: what the bank says to it."""

    brand: str
    last4: str
    decline: str = ""
    challenge: bool = False


CARDS = {
    "4242424242424242": Card("visa", "4242"),
    "5555555555554444": Card("mastercard", "4444"),
    "4000000000000002": Card("visa", "0002", decline="generic_decline"),
    "4000000000009995": Card("visa", "9995", decline="insufficient_funds"),
    "4000002500003155": Card("visa", "3155", challenge=True),
}
"""https://docs.stripe.com/testing"""


@dataclass
class Charge:
    """One attempt to take money, which succeeded, failed, or (bank debit) is still under way."""

    id: str
    intent: "Intent"
    amount: int
    currency: str
    status: str
    card: Card | None
    created: int
    refunds: list["Refund"] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        """Minor units given back so far."""
        return sum(refund.amount for refund in self.refunds if refund.status != "failed")


@dataclass
class Intent:
    """The payment intent of a session; it comes into being with the first attempt to pay."""

    id: str
    session: "Session"
    amount: int
    currency: str
    status: str
    created: int
    charges: list[Charge] = field(default_factory=list)
    error: dict[str, Any] | None = None
    destination: str = ""

    @property
    def latest(self) -> Charge | None:
        """The last attempt."""
        return self.charges[-1] if self.charges else None


@dataclass
class Refund:
    """Money given back out of one charge."""

    id: str
    charge: Charge
    amount: int
    reason: str
    metadata: dict[str, str]
    created: int
    status: str = "succeeded"


@dataclass
class Session:
    """One checkout session; `params` are as checked at creation."""

    id: str
    account: StripeAccount
    params: dict[str, Any]
    created: int
    expires_at: int
    amount_total: int
    currency: str
    reference: str
    status: str = "open"
    payment_status: str = "unpaid"
    livemode: bool = False
    intent: Intent | None = None
    waiting: Card | None = None


Announce = Callable[[str, StripeAccount, Session | Charge | Refund], None]


class Checkout:
    """All sessions of all accounts; every movement of money is journaled and announced."""

    def __init__(self, world: World, announce: Announce) -> None:
        self._world = world
        self._announce = announce
        self.sessions: dict[str, Session] = {}
        self.intents: dict[str, Intent] = {}
        self.charges: dict[str, Charge] = {}
        self.refunds: dict[str, Refund] = {}

    def now(self) -> int:
        """Seconds since 1970, by the sandbox's clock."""
        return int(self._world.clock.now().timestamp())

    def new_id(self, prefix: str) -> str:
        """An id in Stripe's manner."""
        return f"{prefix}_{self._world.ids.uuid(f'stripe-{prefix}').replace('-', '')}"

    def open(self, account: StripeAccount, params: dict[str, Any]) -> Session:
        """Open a session from checked parameters."""
        lines = params["line_items"]
        if not lines:
            raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
        currencies = {line["price_data"]["currency"].lower() for line in lines}
        if len(currencies) > 1:
            raise invalid("All prices on a Checkout Session must be expressed in the same currency.", "line_items")
        currency = currencies.pop()
        amount = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
        if amount < _SMALLEST.get(currency, 1):
            message = "The Checkout Session's total amount due must add up to at least $0.50 usd"
            raise invalid(message, code="amount_too_small")
        if amount > 99_999_999:
            raise invalid("The Checkout Session's total amount due is too large", code="amount_too_large")
        now = self.now()
        session = Session(
            id=self.new_id("cs_test"),
            account=account,
            params=params,
            created=now,
            expires_at=_expiry(params, now),
            amount_total=amount,
            currency=currency,
            reference=params.get("client_reference_id", ""),
        )
        self.sessions[session.id] = session
        self.note(session, "payment.opened", **_owed(session))
        self._world.later(session.expires_at - now + 0.5, lambda: self.expire_if_due(session))
        return session

    def find(self, account: StripeAccount, session_id: str) -> Session:
        """A session of this account, brought up to date; another account's is a 404."""
        session = self.sessions.get(session_id)
        if session is None or session.account is not account:
            raise missing("checkout.session", session_id, "session")
        self.expire_if_due(session)
        return session

    def expire_if_due(self, session: Session) -> None:
        """Close a session whose time is over."""
        if session.status == "open" and session.expires_at <= self.now():
            self._close(session)

    def expire(self, session: Session) -> None:
        """Close an open session on request."""
        if session.status != "open":
            raise invalid(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f'This Checkout Session has a status of "{session.status}".',
                executed=True,
            )
        self._close(session)

    def _close(self, session: Session) -> None:
        session.status, session.waiting = "expired", None
        if session.intent is not None:
            session.intent.status = "canceled"
        self.note(session, "payment.expired")
        self._announce("checkout.session.expired", session.account, session)

    def pay(self, session: Session, card: Card | None, **tamper: str) -> bool:
        """The payer submits a card (None: a bank debit, which is decided later); True when the session is complete.

        `tamper` (amount, charge_amount, currency, payee, reference, livemode) makes Stripe disagree with us.
        """
        self.expire_if_due(session)
        if session.status != "open":
            raise ValueError(f"the session is {session.status}")
        self._tamper(session, tamper)
        intent = session.intent or self._new_intent(session)
        charged = int(tamper.get("charge_amount") or session.amount_total)
        intent.amount, intent.currency = charged, session.currency
        intent.destination = tamper.get("payee", "")
        if card is not None and card.decline:
            self._decline(session, intent, card)
            return False
        session.status, session.waiting = "complete", None
        charge = self._charge(intent, card, "succeeded" if card else "pending")
        intent.error = None
        self.note(session, "payment.approved", **_owed(session))
        if card is None:
            intent.status = "processing"
            self.note(session, "capture.pending", **_moved(charge))
        else:
            self._succeed(session, intent, charge)
        self._announce("checkout.session.completed", session.account, session)
        return True

    def challenge(self, session: Session, card: Card) -> None:
        """The bank wants to see the payer (3-D Secure) before it decides."""
        self.expire_if_due(session)
        if session.status != "open":
            raise ValueError(f"the session is {session.status}")
        intent = session.intent or self._new_intent(session)
        intent.status, session.waiting = "requires_action", card

    def fail_challenge(self, session: Session) -> None:
        """The payer did not pass 3-D Secure."""
        if session.waiting is None or session.intent is None:
            raise ValueError("no 3-D Secure step is under way")
        self._decline(session, session.intent, session.waiting)

    def settle(self, session: Session, succeeded: bool) -> None:
        """The bank debit of a completed session arrives, or fails."""
        intent = session.intent
        if intent is None or intent.status != "processing" or intent.latest is None:
            raise ValueError("no payment of this session is processing")
        if succeeded:
            intent.latest.status = "succeeded"
            self._succeed(session, intent, intent.latest)
            self._announce("checkout.session.async_payment_succeeded", session.account, session)
        else:
            intent.latest.status = "failed"
            intent.status = "requires_payment_method"
            self.note(session, "capture.denied", **_moved(intent.latest))
            self._announce("checkout.session.async_payment_failed", session.account, session)

    def refund(self, charge: Charge, amount: int | None, reason: str, metadata: dict[str, str]) -> Refund:
        """Give back a part, or (without an amount) the rest."""
        left = charge.amount - charge.refunded
        if charge.status != "succeeded":
            raise invalid(f"Charge {charge.id} cannot be refunded.", "charge", "charge_not_refundable", executed=True)
        if left == 0:
            message = f"Charge {charge.id} has already been refunded."
            raise invalid(message, code="charge_already_refunded", executed=True)
        wanted = left if amount is None else amount
        if wanted > left:
            message = f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})"
            raise invalid(message, "amount", executed=True)
        refund = Refund(self.new_id("re"), charge, wanted, reason, metadata, self.now())
        charge.refunds.append(refund)
        self.refunds[refund.id] = refund
        session = charge.intent.session
        self.note(session, "refund.completed", refund_id=refund.id, **(_moved(charge) | {"amount_minor": wanted}))
        self._announce("charge.refunded", session.account, charge)
        return refund

    def bounce(self, charge: Charge) -> None:
        """The bank could not take the latest refund, days later: the money is the payee's again."""
        done = [refund for refund in charge.refunds if refund.status == "succeeded"]
        if not done:
            raise ValueError("nothing was refunded")
        refund, session = done[-1], charge.intent.session
        refund.status = "failed"
        self.note(session, "refund.failed", refund_id=refund.id, **(_moved(charge) | {"amount_minor": refund.amount}))
        self._announce("refund.failed", session.account, refund)

    def note(self, session: Session, kind: str, **facts: Any) -> None:
        """Write about a session into the journal."""
        self._world.journal.write(f"stripe:{session.account.id}", kind, external_id=session.id, **facts)

    def _new_intent(self, session: Session) -> Intent:
        amount, currency = session.amount_total, session.currency
        intent = Intent(self.new_id("pi"), session, amount, currency, "requires_payment_method", self.now())
        session.intent = self.intents[intent.id] = intent
        return intent

    def _charge(self, intent: Intent, card: Card | None, status: str) -> Charge:
        charge = Charge(self.new_id("ch"), intent, intent.amount, intent.currency, status, card, self.now())
        intent.charges.append(charge)
        self.charges[charge.id] = charge
        return charge

    def _succeed(self, session: Session, intent: Intent, charge: Charge) -> None:
        intent.status, session.payment_status = "succeeded", "paid"
        self.note(session, "capture.completed", **_moved(charge))

    def _decline(self, session: Session, intent: Intent, card: Card) -> None:
        intent.status, session.waiting = "requires_payment_method", None
        if card.decline:
            self._charge(intent, card, "failed")
            intent.error = {"code": "card_declined", "decline_code": card.decline, "type": "card_error"}
            intent.error["message"] = "Your card was declined."
        else:
            intent.error = {"code": "payment_intent_authentication_failure", "type": "invalid_request_error"}
            intent.error["message"] = "The provided payment method has failed authentication."
        self.note(session, "payment.declined", reason=card.decline or "authentication", **_owed(session))

    def _tamper(self, session: Session, tamper: dict[str, str]) -> None:
        if not tamper:
            return
        session.amount_total = int(tamper.get("amount") or session.amount_total)
        session.currency = tamper.get("currency", session.currency).lower()
        session.reference = tamper.get("reference", session.reference)
        session.livemode = tamper.get("livemode", "").lower() == "true"
        self.note(session, "payment.tampered", **tamper)

    def reset(self) -> None:
        """Forget everything."""
        self.sessions.clear()
        self.intents.clear()
        self.charges.clear()
        self.refunds.clear()


def _expiry(params: dict[str, Any], now: int) -> int:
    wanted = params.get("expires_at", now + 86400)
    # A request takes a moment, so a caller's "30 minutes from now" is a little less on arrival.
    if not now + 1800 - 30 <= wanted <= now + 86400 + 30:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            "expires_at",
        )
    return int(wanted)


def _owed(session: Session) -> dict[str, Any]:
    return {
        "payee": session.account.id,
        "amount_minor": session.amount_total,
        "currency": session.currency.upper(),
        "reference": session.reference,
    }


def _moved(charge: Charge) -> dict[str, Any]:
    session = charge.intent.session
    return {
        "capture_id": charge.id,
        "intent_id": charge.intent.id,
        "payee": charge.intent.destination or session.account.id,
        "amount_minor": charge.amount,
        "currency": charge.currency.upper(),
        "reference": session.reference,
    }
