"""The state of simulated PayPal orders: open, approve, capture, settle, refund. No HTTP in here."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.core.world import World
from sandbox.paypal.accounts import ACCOUNTS, BusinessAccount, by_payee
from sandbox.paypal.amounts import minor, money
from sandbox.paypal.checks import experience
from sandbox.paypal.errors import refused

GOOD, DECLINING, REVIEWED = "good", "declining", "reviewed"
"""What the payer's instrument will do at capture."""


@dataclass
class Lifetimes:
    """How long things last, in seconds of the sandbox's clock."""

    approval: float = 3 * 3600
    order_key: float = 6 * 3600
    refund_key: float = 45 * 86400
    token: float = 32400


@dataclass
class Capture:
    """Money taken for one purchase unit."""

    id: str
    order_id: str
    unit: int
    status: str
    reason: str
    amount_minor: int
    currency: str
    payee: str
    invoice_id: str
    custom_id: str
    created_at: datetime
    updated_at: datetime
    refunds: list["Refund"] = field(default_factory=list)

    @property
    def refunded_minor(self) -> int:
        """Minor units given back so far."""
        return sum(refund.amount_minor for refund in self.refunds)


@dataclass
class Refund:
    """Money given back out of one capture."""

    id: str
    capture_id: str
    amount_minor: int
    currency: str
    note: str
    invoice_id: str
    custom_id: str
    created_at: datetime


@dataclass
class Order:
    """One order; `units` are the purchase units as sent, completed with payee and reference id."""

    id: str
    account: BusinessAccount
    units: list[dict[str, Any]]
    context: dict[str, Any]
    with_source: bool
    status: str
    created_at: datetime
    updated_at: datetime
    approved_at: datetime | None = None
    instrument: str = GOOD
    reason: str = ""
    captures: list[Capture] = field(default_factory=list)
    tamper: dict[str, str] = field(default_factory=dict)

    @property
    def payable(self) -> bool:
        """Whether the payer may (still or again) choose how to pay."""
        again = self.status == "APPROVED" and self.instrument == DECLINING
        return again or self.status in ("CREATED", "PAYER_ACTION_REQUIRED")


class Orders:
    """All orders of all accounts; every movement of money is journaled and announced to `announce`."""

    def __init__(self, world: World, announce: Callable[[str, Order, Any], None]) -> None:
        self._world = world
        self._announce = announce
        self.lifetimes = Lifetimes()
        self.by_id: dict[str, Order] = {}
        self.captures: dict[str, Capture] = {}
        self.refunds: dict[str, Refund] = {}
        self._by_invoice: dict[tuple[str, str], Capture] = {}

    def open(self, account: BusinessAccount, body: dict[str, Any]) -> Order:
        """Open an order from a checked body; the payee is the caller unless another one is named."""
        units = copy.deepcopy(body["purchase_units"])
        for unit in units:
            unit.setdefault("reference_id", "default")
            unit["payee"] = self._payee(account, unit.get("payee") or {})
            self._refuse_paid_invoice(unit)
        now = self._world.clock.now()
        with_source = "payment_source" in body
        order = Order(
            id=self._world.ids.code("paypal-order"),
            account=account,
            units=units,
            context=experience(body),
            with_source=with_source,
            status="PAYER_ACTION_REQUIRED" if with_source else "CREATED",
            created_at=now,
            updated_at=now,
        )
        self.by_id[order.id] = order
        self.note(order, "payment.opened", **self._first_unit(order))
        return order

    def find(self, account: BusinessAccount, order_id: str) -> Order:
        """An order of this account's app, brought up to date; any other is a 404."""
        order = self.by_id.get(order_id)
        if order is None or order.account is not account:
            raise refused("INVALID_RESOURCE_ID")
        self.reverse_if_due(order)
        return order

    def approve(self, order: Order, instrument: str = GOOD, reason: str = "", **tamper: str) -> None:
        """The payer agrees. `tamper` (amount, currency, payee, reference, when) makes PayPal disagree with us."""
        if not order.payable:
            raise ValueError(f"the order is {order.status}")
        order.status = "APPROVED"
        order.instrument, order.reason = instrument, reason
        order.approved_at = order.updated_at = self._world.clock.now()
        order.tamper = {k: v for k, v in tamper.items() if v}
        if order.tamper.get("when", "approve") == "approve":
            self._apply_tamper(order)
        self.note(order, "payment.approved", instrument=instrument, **self._first_unit(order))
        self._announce("CHECKOUT.ORDER.APPROVED", order, order)
        self._world.later(self.lifetimes.approval + 0.01, lambda: self.reverse_if_due(order))

    def cancel(self, order: Order) -> None:
        """The payer leaves by "cancel": PayPal only sends them back, the order stays as it was."""
        self.note(order, "payment.canceled")

    def reverse_if_due(self, order: Order) -> None:
        """Reverse an approval nobody captured in time."""
        if order.status != "APPROVED" or order.approved_at is None:
            return
        if order.approved_at + timedelta(seconds=self.lifetimes.approval) <= self._world.clock.now():
            self.reverse(order)

    def reverse(self, order: Order) -> None:
        """Give an approval up: the order can no longer be captured."""
        order.status = "VOIDED"
        order.updated_at = self._world.clock.now()
        self.note(order, "payment.expired")
        self._announce("CHECKOUT.PAYMENT-APPROVAL.REVERSED", order, order)

    def capture(self, order: Order, retry_link: str) -> Order:
        """Take the money of an approved order, one capture for each purchase unit."""
        if order.status == "COMPLETED":
            raise refused("ORDER_ALREADY_CAPTURED")
        if order.status != "APPROVED":
            raise refused("ORDER_NOT_APPROVED")
        if order.instrument == DECLINING:
            self.note(order, "payment.declined", **self._first_unit(order))
            links = [{"href": retry_link, "rel": "redirect", "method": "GET"}]
            raise refused("INSTRUMENT_DECLINED", links=links)
        for unit in order.units:
            self._refuse_paid_invoice(unit)
        if order.tamper.get("when") == "capture":
            self._apply_tamper(order)
        order.status = "COMPLETED"
        order.updated_at = self._world.clock.now()
        for index in range(len(order.units)):
            self._take(order, index)
        return order

    def _take(self, order: Order, index: int) -> None:
        unit = order.units[index]
        currency = unit["amount"]["currency_code"]
        payee = unit["payee"].get("merchant_id", "")
        reason = order.reason or ("" if payee else "UNILATERAL")
        now = self._world.clock.now()
        capture = Capture(
            id=self._world.ids.code("paypal-capture"),
            order_id=order.id,
            unit=index,
            status="PENDING" if reason else "COMPLETED",
            reason=reason,
            amount_minor=minor(unit["amount"]["value"], currency),
            currency=currency,
            payee=payee,
            invoice_id=unit.get("invoice_id", ""),
            custom_id=unit.get("custom_id", ""),
            created_at=now,
            updated_at=now,
        )
        order.captures.append(capture)
        self.captures[capture.id] = capture
        self._by_invoice[payee, capture.invoice_id] = capture
        self._tell(order, capture)

    def settle(self, order: Order, completed: bool) -> None:
        """PayPal decides about pending captures: money moves, or it never will."""
        pending = [capture for capture in order.captures if capture.status == "PENDING"]
        if not pending:
            raise ValueError("no capture of this order is pending")
        for capture in pending:
            capture.status = "COMPLETED" if completed else "DECLINED"
            capture.reason = ""
            capture.updated_at = order.updated_at = self._world.clock.now()
            self._tell(order, capture)

    def _tell(self, order: Order, capture: Capture) -> None:
        word = {"COMPLETED": "completed", "PENDING": "pending", "DECLINED": "denied"}[capture.status]
        self.note(order, f"capture.{word}", **self._moved(capture))
        self._announce(f"PAYMENT.CAPTURE.{word.upper()}", order, capture)

    def refund(self, capture: Capture, amount: dict[str, str] | None, **texts: str) -> Refund:
        """Give back a part, or (without an amount) the rest."""
        if capture.status == "PENDING":
            raise refused("PENDING_CAPTURE")
        if capture.status == "REFUNDED":
            raise refused("CAPTURE_FULLY_REFUNDED")
        if capture.status not in ("COMPLETED", "PARTIALLY_REFUNDED"):
            raise refused("REFUND_NOT_ALLOWED")
        left = capture.amount_minor - capture.refunded_minor
        wanted = left
        if amount is not None:
            if amount["currency_code"] != capture.currency:
                raise refused("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", amount["currency_code"])
            wanted = minor(amount["value"], capture.currency)
            if wanted <= 0:
                raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", "/amount/value", amount["value"])
        if wanted > left:
            raise refused("REFUND_AMOUNT_EXCEEDED", "/amount/value", str(wanted))
        now = self._world.clock.now()
        identifier = self._world.ids.code("paypal-refund")
        refund = Refund(
            id=identifier,
            capture_id=capture.id,
            amount_minor=wanted,
            currency=capture.currency,
            note=texts.get("note_to_payer", ""),
            invoice_id=texts.get("invoice_id", ""),
            custom_id=texts.get("custom_id", ""),
            created_at=now,
        )
        capture.refunds.append(refund)
        capture.status = "REFUNDED" if wanted == left else "PARTIALLY_REFUNDED"
        capture.updated_at = now
        self.refunds[refund.id] = refund
        order = self.by_id[capture.order_id]
        order.updated_at = now
        self.note(order, "refund.completed", refund_id=identifier, **self._moved(capture, wanted))
        self._announce("PAYMENT.CAPTURE.REFUNDED", order, refund)
        return refund

    def note(self, order: Order, kind: str, **facts: Any) -> None:
        """Write about an order into the journal."""
        self._world.journal.write(f"paypal:{order.account.merchant_id}", kind, external_id=order.id, **facts)

    def reset(self) -> None:
        """Forget everything."""
        self.lifetimes = Lifetimes()
        self.by_id.clear()
        self.captures.clear()
        self.refunds.clear()
        self._by_invoice.clear()

    def _payee(self, account: BusinessAccount, named: dict[str, Any]) -> dict[str, str]:
        if not named:
            return {"email_address": account.email, "merchant_id": account.merchant_id}
        found = by_payee(named.get("merchant_id", ""), named.get("email_address", ""))
        if found is not None:
            return {"email_address": found.email, "merchant_id": found.merchant_id}
        if named.get("merchant_id") or "@" not in named.get("email_address", ""):
            raise refused("PAYEE_ACCOUNT_INVALID", "/purchase_units/0/payee")
        # An address without a confirmed account: PayPal takes the money and holds it (reason UNILATERAL).
        return {"email_address": named["email_address"]}

    def _refuse_paid_invoice(self, unit: dict[str, Any]) -> None:
        # PayPal blocks accidental second payments per receiving account: a paid invoice id cannot be paid again.
        invoice, payee = unit.get("invoice_id"), unit["payee"].get("merchant_id", "")
        paid = self._by_invoice.get((payee, invoice or ""))
        if invoice and paid is not None and paid.status != "DECLINED":
            raise refused("DUPLICATE_INVOICE_ID", "/purchase_units/0/invoice_id", invoice)

    def _apply_tamper(self, order: Order) -> None:
        unit, wanted = order.units[0], order.tamper
        if not wanted:
            return
        amount = unit["amount"]
        if "amount" in wanted or "currency" in wanted:
            currency = wanted.get("currency", amount["currency_code"])
            unit["amount"] = {"currency_code": currency, "value": wanted.get("amount", amount["value"])}
            unit.pop("items", None)
        if "payee" in wanted:
            unit["payee"] = next(
                (
                    {"email_address": a.email, "merchant_id": a.merchant_id}
                    for a in ACCOUNTS
                    if a.key == wanted["payee"]
                ),
                {"merchant_id": wanted["payee"]},
            )
        if "reference" in wanted:
            unit["custom_id"] = wanted["reference"]
        self.note(order, "payment.tampered", **wanted)

    def _first_unit(self, order: Order) -> dict[str, Any]:
        unit = order.units[0]
        currency = unit["amount"]["currency_code"]
        return {
            "payee": unit["payee"].get("merchant_id", ""),
            "amount_minor": sum(minor(u["amount"]["value"], currency) for u in order.units),
            "currency": currency,
            "reference": unit.get("custom_id", ""),
            "invoice_id": unit.get("invoice_id", ""),
        }

    def _moved(self, capture: Capture, amount_minor: int | None = None) -> dict[str, Any]:
        return {
            "capture_id": capture.id,
            "payee": capture.payee,
            "amount_minor": capture.amount_minor if amount_minor is None else amount_minor,
            "currency": capture.currency,
            "reference": capture.custom_id,
            "invoice_id": capture.invoice_id,
        }


def total(order: Order) -> dict[str, str]:
    """What the payer is asked for, over all purchase units."""
    currency = order.units[0]["amount"]["currency_code"]
    return money(sum(minor(unit["amount"]["value"], currency) for unit in order.units), currency)
