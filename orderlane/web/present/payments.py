"""Payments as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.money import Money
from orderlane.payments.models import Payment, PaymentClaim, Refund
from orderlane.payments.queries import agreed_ship_to, refunded_minor
from orderlane.payments.quoted import quoted_purchase_orders
from orderlane.payments.states import LIVE, PaymentStatus
from orderlane.ports import registry
from orderlane.ports.accounts import Environment
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import store_change
from orderlane.purchasing.states import ForwardingState
from orderlane.web.pages.order import CostRow, PaymentBox
from orderlane.web.pages.payments import PaymentPage, PaymentRow, RefundRow, ResultPage
from orderlane.web.pages.shell import Button
from orderlane.web.present.reasons import payment_reason, reason_sentence
from orderlane.web.present.store_changes import change_step, change_words
from orderlane.web.present.timeline import timeline_of, who_did

_S = PaymentStatus


def payment_rows(payments: Sequence[Payment]) -> list[PaymentRow]:
    """Present payments; their quotes and suppliers are fetched with them."""
    went = refunded_minor([payment.pk for payment in payments])
    return [_row(payment, went.get(payment.pk, {})) for payment in payments]


def payment_row(payment: Payment) -> PaymentRow:
    """Present one payment."""
    return payment_rows([payment])[0]


def _row(payment: Payment, went: dict[str, int]) -> PaymentRow:
    numbers = [part["number"] for part in payment.quote.content["purchase_orders"].values()]
    return PaymentRow(
        url=reverse("payment", args=[payment.pk]),
        reference=payment.reference,
        supplier=payment.supplier.name,
        provider=provider_label(payment.provider),
        amount=payment.amount,
        status=payment.status,
        started_at=payment.started_at,
        orders=[(number, reverse("order", args=[number])) for number in numbers],
        external_id=payment.external_id,
        test=payment.environment == Environment.TEST,
        refunded=next((Money(minor, currency) for currency, minor in went.items()), None),
    )


def provider_label(provider: str) -> str:
    """The provider's own name."""
    known = registry.payments().get(provider)
    return known.label if known else provider


def payment_box(payment: Payment, po: PurchaseOrder) -> PaymentBox:
    """Present the payment of one purchase order."""
    claims = {claim.purchase_order_id: claim for claim in PaymentClaim.objects.filter(payment=payment)}
    return PaymentBox(
        url=reverse("payment", args=[payment.pk]),
        status=payment.status,
        provider=provider_label(payment.provider),
        amount=payment.amount,
        share=claims[po.pk].total,
        order_count=len(claims),
        reference=payment.reference,
        paid_at=payment.captured_at,
        refunded=payment_row(payment).refunded,
    )


def cost_rows(payment: Payment) -> Sequence[CostRow]:
    """What the amount is made of."""
    quote = payment.quote
    return [
        CostRow(_("Products"), quote.goods),
        CostRow(_("Shipping"), quote.shipping),
        CostRow(_("VAT"), quote.vat),
        CostRow(_("Total"), quote.total, total=True),
    ]


def payment_page(payment: Payment, buttons: Sequence[Button]) -> PaymentPage:
    """Present one payment in full."""
    row = payment_row(payment)
    facts = [(_("Payee"), payment.payee)]
    if payment.capture_id:
        facts.append((_("Capture"), payment.capture_id))
    same = row.refunded and row.refunded.currency == payment.currency
    return PaymentPage(
        row=row,
        costs=cost_rows(payment),
        timeline=timeline_of([payment.pk]),
        facts=facts,
        refunds=[
            RefundRow(refund.amount, refund.refunded_at, refund.external_id)
            for refund in Refund.objects.filter(payment=payment).order_by("refunded_at", "id")
        ],
        left=payment.amount - row.refunded if row.refunded and same else None,
        spread_over=len(row.orders) if payment.status == _S.PARTIALLY_REFUNDED else 1,
        started_by=str(payment.started_by),
        note=_note(payment),
        problem=payment_reason(payment.refund_problem) if payment.refund_problem else "",
        buttons=buttons,
    )


def _note(payment: Payment) -> str:
    """Why it stands as it does, in words; who canceled it is named."""
    if payment.reason != "given_up":
        return payment_reason(payment.reason) if payment.reason else ""
    who = who_did(payment.pk, "status.moved", reason="given_up")
    return _("Canceled by %(who)s before it was paid.") % {"who": who} if who else payment_reason("given_up")


def result_page(payment: Payment, *, left: bool, next_supplier: str, may_write: bool, now: datetime) -> ResultPage:
    """What became of a payment. ``left`` is only a hint of the address: that the payer came back without paying."""
    purchase_orders = quoted_purchase_orders(payment.quote)
    verdict = _verdict(payment)
    return ResultPage(
        verdict=verdict,
        attention=_waiting_for_you(purchase_orders, payment) if verdict in {"paid", "open", "refused"} else [],
        on_its_way=verdict == "paid" and any(_on_its_way(po) for po in purchase_orders),
        row=payment_row(payment),
        check_url=reverse("payment_check", args=[payment.pk]),
        cancel_url=reverse("payment_cancel", args=[payment.pk]) if may_write and may_be_canceled(payment) else "",
        provider_url=provider_page(payment, now=now),
        retry_url=_retry_url(payment),
        reason=_note(payment),
        next_look_at=payment.check_at if payment.status in LIVE else None,
        next_checkout_url=reverse("checkout_next") if next_supplier else "",
        next_supplier=next_supplier,
        left=left,
        may_write=may_write,
    )


def _waiting_for_you(purchase_orders: Sequence[PurchaseOrder], payment: Payment) -> list[tuple[str, str, str]]:
    """Which purchase orders of a payment a person has to decide about, each with its page and why."""
    found = []
    for po in purchase_orders:
        change = store_change(po, agreed_ship_to(po, payment))
        if change is not None:
            why = f"{change_words(change)} {change_step(po, change)}"
        elif po.forwarding_state == ForwardingState.NEEDS_ATTENTION:
            why = reason_sentence(po.forwarding_reason)
        else:
            continue
        found.append((po.number, reverse("order", args=[po.number]), why))
    return found


def _on_its_way(po: PurchaseOrder) -> bool:
    going = {ForwardingState.QUEUED, ForwardingState.SENDING, ForwardingState.OUTCOME_UNKNOWN}
    return po.forwarding_state in going and po.changed_in_store_at is None


def settled_buttons(payment: Payment, *, may_manage: bool) -> list[Button]:
    """How a person ends what is odd about a payment, for who may write; each says what it will do."""
    buttons = []
    if payment.status == _S.MISMATCH and may_manage:
        words = _("Only after the supplier has given this money back: they can then be paid again.")
        address = reverse("payment_release", args=[payment.pk])
        buttons.append(Button(_("Release the purchase orders"), address, "refund", confirm=words))
    if payment.status == _S.SURPLUS or payment.refund_problem:
        surplus = payment.status == _S.SURPLUS
        label = _("I have arranged the refund") if surplus else _("I have settled it with the supplier")
        words = _("It leaves Needs attention, with your name. No money moves by this: the supplier has to send it.")
        buttons.append(Button(label, reverse("payment_settled", args=[payment.pk]), "check", confirm=words))
    return buttons


def provider_page(payment: Payment, *, now: datetime) -> str:
    """The payer's page, exactly as the provider's API named it, while it is known to be unpaid; empty otherwise."""
    open_there = payment.status == _S.OPEN and payment.unanswered_since is None and now < payment.expires_at
    return payment.redirect_url if open_there else ""


def may_be_canceled(payment: Payment) -> bool:
    """Whether giving up may be tried; the provider still has the last word."""
    return payment.status in {_S.PREPARED, _S.OPEN, _S.OUTCOME_UNKNOWN} and payment.unanswered_since is None


def outcome_unknown(payment: Payment) -> bool:
    """Whether nobody knows if money has moved: a call ended without an answer, or the last look at it failed."""
    unanswered = payment.status in LIVE and payment.unanswered_since is not None
    return payment.status == _S.OUTCOME_UNKNOWN or unanswered


def _verdict(payment: Payment) -> str:
    if outcome_unknown(payment):
        return "unknown"
    if payment.status == _S.OPEN:
        return "refused" if payment.refused_at else "open"
    return {
        _S.PENDING: "pending",
        _S.CAPTURED: "paid",
        _S.PARTIALLY_REFUNDED: "paid",
        _S.REFUNDED: "refunded",
        _S.RESOLVED: "mismatch",
        _S.DECLINED: "declined",
        _S.CLOSED: "closed",
        _S.MISMATCH: "mismatch",
        _S.SURPLUS: "mismatch",
    }.get(PaymentStatus(payment.status), "checking")


def _retry_url(payment: Payment) -> str:
    return reverse("checkout", args=[payment.quote_id]) if payment.status in {_S.DECLINED, _S.CLOSED} else ""
