"""Stripe Checkout on the supplier's own account: the card is charged on Stripe's page, no card ever reaches us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from orderlane.connectors.payments.stripe import mapping, webhooks
from orderlane.connectors.payments.stripe.client import StripeCalls
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown
from orderlane.ports.accounts import Account, CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.payments import OpenedPayment, PaymentRequest, ProviderPayment


class StripePayments:
    """Stripe on one supplier's account; ``Account.external_id`` is its ``acct_`` id.

    Account secrets: ``api_key``, ``webhook_secret``, ``webhook_secret_previous`` while one is being replaced,
    and ``connect`` (any text) when the key is a platform's, acting for the account.
    """

    provider: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    captures_itself: ClassVar[bool] = True
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "api_key",
            gettext_noop("Stripe restricted key"),
            gettext_noop("Needs Checkout Sessions: write; Payment Intents, Charges and Refunds, and Account: read"),
            pattern="(rk|sk)_(live|test)_[A-Za-z0-9_]+",
        ),
        CredentialField(
            "webhook_secret",
            gettext_noop("Stripe webhook signing secret"),
            gettext_noop("Starts with whsec_"),
            pattern="whsec_[A-Za-z0-9+/=_]+",
        ),
    )

    def __init__(self, account: Account) -> None:
        self._account = account
        self._stripe = StripeCalls(account)

    def identify(self) -> str:
        """Return the ``acct_`` id of the account that the key opens.

        Raises NeedsAttention ``wrong_environment`` when the key is for the other kind of payments: a key says it
        itself (https://docs.stripe.com/keys#test-live-modes), and a real payment must never count as a test.
        """
        kind = self._account.secrets.get("api_key", "").split("_")[1:2]
        if kind in (["live"], ["test"]) and kind != [self._account.environment.value]:
            raise NeedsAttention("the key is for the other kind of payments", reason="wrong_environment")
        owner = self._stripe.account_id()
        if not owner:
            raise NeedsAttention("Stripe's answer names no account", reason="unreadable_answer")
        return owner

    def decimals(self, currency: str) -> int:
        """How many decimals Stripe's minor units of ``currency`` have."""
        return mapping.decimals(currency)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check a delivery; ``resource_id`` is a session, or a ``pi_`` that :meth:`fetch_payment` takes as well."""
        return webhooks.verify(headers, body, now, self._account)

    def open_payment(self, request: PaymentRequest) -> OpenedPayment:
        """Create the Checkout Session. ``expires_at`` must be 30 minutes to 24 hours ahead.

        The same key returns the same session for a day. Stripe also repeats a stored 5xx for a key; such a
        session was never shown to anybody and expires unpaid.
        """
        session = self._stripe.create_session(mapping.session_body(request), request.key)
        try:
            return mapping.opened(session)
        except mapping.UnreadableSession as error:
            raise OutcomeUnknown(str(error), reason="unreadable_answer") from error

    def fetch_payment(self, external_id: str) -> ProviderPayment:
        """Read a session by its id, or by the ``pi_`` id of its payment intent."""
        session_id = external_id
        if external_id.startswith("pi_"):
            session_id = self._stripe.session_of_intent(external_id)
            if not session_id:
                raise NeedsAttention("no session made this payment intent", reason="payment_not_found")
        payee = self._stripe.known_account_id()
        session = self._stripe.get_session(session_id)
        charge_id = mapping.refunded_charge(session)
        refunds = self._stripe.refunds_of(charge_id) if charge_id else []
        try:
            return mapping.provider_payment(session, payee, refunds)
        except mapping.UnreadableSession as error:
            raise NeedsAttention(str(error), reason="unreadable_answer") from error

    def capture_payment(self, external_id: str, key: str) -> ProviderPayment:
        """Return the payment as it stands: the card was charged on Stripe's page."""
        return self.fetch_payment(external_id)

    def close_payment(self, external_id: str) -> ProviderPayment:
        """Expire the session so that it cannot be paid; one that was just paid is returned as paid."""
        try:
            self._stripe.expire_session(external_id)
        except NeedsAttention as error:
            if error.reason != "invalid_request":
                raise
            # Only open sessions expire: this one is over, and how it ended is what the caller needs.
        return self.fetch_payment(external_id)
