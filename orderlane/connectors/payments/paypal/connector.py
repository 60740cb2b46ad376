"""PayPal Orders v2 on the supplier's own REST app: the payer approves over there, we capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from orderlane.connectors.payments.paypal import mapping, webhooks
from orderlane.connectors.payments.paypal.client import PayPalClient, PayPalRefused
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown
from orderlane.ports.accounts import Account, CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.payments import OpenedPayment, PaymentRequest, ProviderPayment


class PayPalPayments:
    """PayPal on one supplier's account; ``Account.external_id`` is the merchant id that gets the money.

    Account secrets: ``client_id``, ``client_secret``, ``webhook_id``, and ``merchant_id`` where PayPal
    does not tell the app whose it is.
    """

    provider: ClassVar[str] = "paypal"
    label: ClassVar[str] = "PayPal"
    captures_itself: ClassVar[bool] = False
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField("client_id", gettext_noop("PayPal client ID"), secret=False),
        CredentialField("client_secret", gettext_noop("PayPal secret")),
        CredentialField(
            "webhook_id",
            gettext_noop("PayPal webhook ID"),
            gettext_noop("Shown next to the webhook in the PayPal app"),
            secret=False,
        ),
        CredentialField(
            "merchant_id",
            gettext_noop("PayPal merchant ID"),
            gettext_noop("Shown in the business information of the PayPal account"),
            secret=False,
            required=False,
            pattern="[2-9A-HJ-NP-Z]{13}",
        ),
    )

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = PayPalClient(account)

    def identify(self) -> str:
        """Return the merchant id of the app's owner as PayPal tells it, or as typed when PayPal does not tell.

        Raises NeedsAttention ``merchant_id_mismatch`` when both are known and differ.
        """
        told = self._client.payer_id()
        typed = self._account.secrets.get("merchant_id", "") or self._account.external_id
        if told and typed and told != typed:
            raise NeedsAttention("these credentials belong to another account", reason="merchant_id_mismatch")
        if not told and not typed:
            raise NeedsAttention("PayPal does not tell whose app this is", reason="merchant_id_needed")
        return told or typed

    def decimals(self, currency: str) -> int:
        """How many decimals PayPal writes for ``currency``."""
        return mapping.decimals(currency)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check a delivery against PayPal's certificate; ``resource_id`` is an order, or ``capture:`` and a capture."""
        return webhooks.verify(headers, body, now, self._account, self._client.certificate)

    def open_payment(self, request: PaymentRequest) -> OpenedPayment:
        """Create the order; the same key returns the same order for six hours (PayPal's memory for keys)."""
        body = mapping.order_body(request, self._account.external_id)
        order = self._client.create_order(body, mapping.request_id("open", request.key))
        try:
            return mapping.opened(order)
        except mapping.UnreadableOrder as error:
            raise OutcomeUnknown(str(error), reason="unreadable_answer") from error

    def fetch_payment(self, external_id: str) -> ProviderPayment:
        """Read an order by its id, or the order behind ``capture:`` and a capture id."""
        order_id = external_id
        if external_id.startswith(webhooks.CAPTURE_PREFIX):
            capture = self._client.get_capture(external_id.removeprefix(webhooks.CAPTURE_PREFIX))
            order_id = mapping.order_of_capture(capture)
            if not order_id:
                raise NeedsAttention("the capture names no order", reason="payment_not_found")
        order = self._client.get_order(order_id)
        try:
            return self._read(order)
        except mapping.UnreadableOrder as error:
            raise NeedsAttention(str(error), reason="unreadable_answer") from error

    def capture_payment(self, external_id: str, key: str) -> ProviderPayment:
        """Take the approved money. An order captured before, or not yet approved, is returned as it stands."""
        try:
            order = self._client.capture_order(external_id, mapping.request_id("capture", key))
        except PayPalRefused as refused:
            if refused.issue == mapping.ALREADY_CAPTURED or refused.issue in mapping.PAYER_MUST_ACT:
                return self.fetch_payment(external_id)
            raise mapping.refusal(refused.issue, refused) from refused
        try:
            return self._read(order)
        except mapping.UnreadableOrder as error:
            raise OutcomeUnknown(str(error), reason="unreadable_answer") from error

    def close_payment(self, external_id: str) -> ProviderPayment:
        """Return the order as it stands: PayPal cannot cancel one; uncaptured, it lapses by itself."""
        return self.fetch_payment(external_id)

    def _read(self, order: Mapping[str, Any]) -> ProviderPayment:
        return mapping.provider_payment(order, self._account)
