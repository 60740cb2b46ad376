"""Decisions about money on plain values: what a purchase order costs, and what a fetched payment means. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from orderlane.kernel.money import Money, total
from orderlane.payments.states import PaymentStatus
from orderlane.ports.payments import ProviderPayment, ProviderRefund, ProviderStatus
from orderlane.ports.rates import Rate


def in_currency(amount: Money, rate: Rate | None) -> Money:
    """Convert one line at its frozen rate; no rate means it already is in the payment's currency."""
    return amount.convert(rate.value, rate.target) if rate else amount


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line's cost: in the supplier's currency, and as paid. Rounded once, per line."""

    native: Money
    paid: Money


def cost_line(unit_cost: Money, quantity: int, rate: Rate | None) -> CostLine:
    """Cost of ``quantity`` pieces: multiplied first, converted once."""
    native = unit_cost * quantity
    return CostLine(native, in_currency(native, rate))


def net_total(lines: Sequence[CostLine], shipping: CostLine, currency: str) -> tuple[Money, Money]:
    """Net of one purchase order, in the supplier's currency and as paid."""
    native = total([line.native for line in lines], shipping.native.currency) + shipping.native
    paid = total([line.paid for line in lines], currency) + shipping.paid
    return native, paid


class Verdict(StrEnum):
    """What to do after looking at a payment at its provider."""

    SETTLE = "settle"
    CAPTURE = "capture"
    WAIT = "wait"
    PENDING = "pending"
    DECLINE = "decline"
    CLOSE = "close"
    MISMATCH = "mismatch"
    REFUSED = "refused"
    """The payer's card or account was refused; another one may be tried on the same page."""
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Expected:
    """What we agreed with the provider when the payment was opened."""

    external_id: str
    amount: Money
    payee: str
    reference: str
    environment: str


def mismatch(fetched: ProviderPayment, expected: Expected) -> str:
    """Name the first field in which a fetched payment differs from ours; empty when all match.

    Settlement is bound to all of them: a genuine payment of another amount, to another payee or for
    another reference settles nothing (CVE-2026-9189 is what happens otherwise).
    """
    checks = {
        "external_id": fetched.external_id == expected.external_id,
        "currency": fetched.amount.currency == expected.amount.currency,
        "amount": fetched.amount.minor == expected.amount.minor,
        "payee": fetched.payee == expected.payee,
        "reference": fetched.reference == expected.reference,
        "environment": fetched.environment == expected.environment,
    }
    return next((name for name, same in checks.items() if not same), "")


_TAKES_MONEY = frozenset({ProviderStatus.CAPTURED, ProviderStatus.PENDING, ProviderStatus.APPROVED})


def verdict(
    fetched: ProviderPayment, expected: Expected, *, status: PaymentStatus, expired: bool
) -> tuple[Verdict, str]:
    """Decide from the fetched payment alone; the second value is the reason to record."""
    wrong = mismatch(fetched, expected)
    if wrong and fetched.status in _TAKES_MONEY:
        return Verdict.MISMATCH, f"{wrong}_differs"
    if wrong and fetched.status is ProviderStatus.OPEN and not expired:
        return Verdict.WAIT, f"{wrong}_differs"
    given_up = status in {PaymentStatus.CLOSED, PaymentStatus.DECLINED}
    if fetched.status is ProviderStatus.APPROVED:
        # A payment we gave up is never captured: uncaptured money goes back to the payer by itself.
        return (Verdict.WAIT, "given_up") if given_up else (Verdict.CAPTURE, "")
    if fetched.status is ProviderStatus.OPEN:
        return (Verdict.CLOSE, "expired") if expired else (Verdict.WAIT, "")
    return {
        ProviderStatus.CAPTURED: (Verdict.SETTLE, ""),
        ProviderStatus.PENDING: (Verdict.PENDING, fetched.reason or "pending_at_provider"),
        ProviderStatus.DECLINED: (Verdict.DECLINE, "declined"),
        ProviderStatus.CLOSED: (Verdict.CLOSE, "closed_at_provider"),
        ProviderStatus.REFUNDED: (Verdict.REFUND, "refunded"),
        ProviderStatus.UNKNOWN: (Verdict.WAIT, "unknown_status"),
    }[fetched.status]


@dataclass(frozen=True, slots=True)
class RefundReview:
    """What a look says about money given back: what to record, and what does not add up (empty: all does)."""

    new: Sequence[ProviderRefund]
    problem: str = ""
    about: str = ""
    """The provider's ids of the refunds the problem is about."""


def review_refunds(
    fetched: ProviderPayment, recorded: Mapping[str, Money], arrived: Money, *, known: frozenset[str]
) -> RefundReview:
    """Compare the refunds the provider lists with those recorded, by the provider's ids; never more than arrived.

    ``known`` are the refunds that were recorded before the look began: only those must be listed in it, for
    somebody may have looked later and recorded more meanwhile.
    """
    told = {refund.external_id: refund.amount for refund in fetched.refunds}
    problem, about = "" if fetched.refunds_complete else "refund_not_listed", ""
    changed = sorted(each for each in known & recorded.keys() if told.get(each) != recorded[each])
    if changed:
        problem, about = "refund_changed", " ".join(changed)
    left = arrived - total(list(recorded.values()), arrived.currency)
    new = []
    for refund in fetched.refunds:
        if refund.external_id in recorded:
            continue
        if refund.amount.currency != arrived.currency:
            problem, about = "refund_currency_differs", refund.external_id
        elif not 0 < refund.amount.minor <= left.minor:
            problem, about = "refund_exceeds_payment", refund.external_id
        else:
            new.append(refund)
            left -= refund.amount
    return RefundReview(new, problem, about)


def may_redirect_to(url: str, hosts: frozenset[str]) -> bool:
    """Whether a payment page lies on a host the operator allows (compared with its port, when it has one)."""
    scheme, _, rest = url.partition("://")
    host = rest.split("/", 1)[0]
    local = host.split(":", 1)[0] == "127.0.0.1"
    return "@" not in host and host in hosts and (scheme == "https" or (scheme == "http" and local))
