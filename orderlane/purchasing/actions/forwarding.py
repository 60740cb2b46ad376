"""The records of forwarding: claim, delivered, not sent, unknown, refused. Each checks the fencing number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from orderlane.audit.transitions import MovedMeanwhile, move
from orderlane.jobs.queue import enqueue
from orderlane.ports.stores import PlacedOrder
from orderlane.purchasing.actions.note_change import settle_change
from orderlane.purchasing.actions.settle import CHANGED_IN_STORE, hold_back, keep_refunded
from orderlane.purchasing.errors import AlreadyForwarded, MoneyGivenBack, NothingToForward
from orderlane.purchasing.models import ForwardAttempt, PurchaseOrder
from orderlane.purchasing.states import FORWARDING, ForwardingState, PaymentState
from orderlane.stores.actions.note_store_state import ACCESS_LOST
from orderlane.stores.connections import STORE_DISCONNECTED

LEASE = timedelta(seconds=60)
"""Longer than any call may take (15 s): a paused worker cannot still be sending when its lease ends."""

MOST_CLAIMS = 12
"""A purchase order that has been claimed this often and keeps losing its worker goes to a person."""

CLAIMABLE = frozenset({ForwardingState.QUEUED, ForwardingState.OUTCOME_UNKNOWN})

NO_ORDER_CHANNEL = "no_order_channel"
"""The reason of a purchase order whose supplier has no store that takes it."""

_Outcome = ForwardAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to send one purchase order, until its lease ends or somebody claims it anew."""

    purchase_order: PurchaseOrder
    fence: int
    uncertain_since: datetime | None
    """When the last attempt began that may have reached the supplier; None: no attempt ever did."""


def claim_forwarding(purchase_order_id: UUID, *, now: datetime) -> Claim | None:
    """Take a queued (or unknown) purchase order for look-up and sending; None when there is nothing to send (any more).

    Writes the attempt before the call, so that a crash leaves a trace.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.forwarding_state not in CLAIMABLE or (po.forwarding_until and po.forwarding_until > now):
        return None
    if po.payment_state == PaymentState.REFUNDED:
        # The money went back while it was on its way.
        keep_refunded([po], now=now)
        return None
    if po.changed_in_store_at is not None:
        # The store changed what was paid for: sending it all the same is a person's decision.
        hold_back([po], reason=CHANGED_IN_STORE, now=now)
        return None
    uncertain = (
        ForwardAttempt.objects.filter(purchase_order=po, outcome__in=[_Outcome.NONE, _Outcome.UNKNOWN])
        .order_by("-fence")
        .first()
    )
    fence = po.forwarding_fence + 1
    move(
        po,
        "forwarding_state",
        FORWARDING,
        ForwardingState.SENDING,
        now=now,
        forwarding_fence=fence,
        forwarding_until=now + LEASE,
    )
    claim = Claim(po, fence, uncertain.started_at if uncertain else None)
    if claim.uncertain_since is None:
        # Nothing to look up first: the call follows at once, and its attempt is written with the claim.
        _write_attempt(claim, now)
    return claim


def begin_attempt(claim: Claim, *, now: datetime) -> None:
    """After a look-up: write the attempt down and renew the lease; raises MovedMeanwhile if that was lost."""
    renewed = PurchaseOrder.objects.filter(
        pk=claim.purchase_order.pk, forwarding_fence=claim.fence, forwarding_state=ForwardingState.SENDING
    ).update(forwarding_until=now + LEASE)
    if not renewed:
        raise MovedMeanwhile(f"{claim.purchase_order.number}: the lease was lost")
    _write_attempt(claim, now)


def _write_attempt(claim: Claim, now: datetime) -> None:
    po = claim.purchase_order
    ForwardAttempt.objects.create(
        retailer_id=po.retailer_id, supplier_id=po.supplier_id, purchase_order=po, fence=claim.fence, started_at=now
    )


def record_delivered(claim: Claim, placed: PlacedOrder, *, now: datetime) -> None:
    """The supplier has it, placed now or found by look-up."""
    _move(
        claim,
        ForwardingState.DELIVERED,
        now=now,
        supplier_external_id=placed.external_id[:200],
        supplier_number=placed.number[:60],
        forwarded_at=now,
        forwarding_until=None,
        forwarding_reason="",
    )
    _close_attempts(claim, _Outcome.DELIVERED, now)
    if claim.uncertain_since is not None:
        # It lay there unknown for a while: parcels told meanwhile found nobody to belong to.
        po = claim.purchase_order
        enqueue("shipping.pick_up", purchase_order_id=po.pk, supplier_id=po.supplier_id)


def record_not_sent(claim: Claim, *, retry_at: datetime, reason: str, now: datetime) -> None:
    """Surely nothing happened: back into the queue."""
    _move(claim, ForwardingState.QUEUED, now=now, reason=reason, forwarding_until=retry_at, forwarding_reason=reason)
    _close_this_attempt(claim, _Outcome.NOT_SENT, reason, now)
    _wake(claim, retry_at)


def record_unknown(claim: Claim, *, look_at: datetime, reason: str, now: datetime) -> None:
    """It may have arrived: look it up at ``look_at``, never send blindly."""
    _move(
        claim,
        ForwardingState.OUTCOME_UNKNOWN,
        now=now,
        reason=reason,
        forwarding_until=look_at,
        forwarding_reason=reason,
    )
    _close_this_attempt(claim, _Outcome.UNKNOWN, reason, now)
    _wake(claim, look_at)


def record_refused(claim: Claim, *, reason: str, now: datetime) -> None:
    """The supplier's system said no, or a setting is wrong: a person decides."""
    _move(
        claim,
        ForwardingState.NEEDS_ATTENTION,
        now=now,
        reason=reason,
        forwarding_until=None,
        forwarding_reason=reason,
    )
    _close_this_attempt(claim, _Outcome.REFUSED, reason, now)


def record_canceled(purchase_order_id: UUID, *, now: datetime, reason: str = "canceled_by_supplier") -> None:
    """The supplier canceled it, in its own system or here: told to a person, who asks for the money back."""
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.forwarding_state == ForwardingState.DELIVERED:
        rejected = ForwardingState.REJECTED
        move(po, "forwarding_state", FORWARDING, rejected, now=now, reason=reason, forwarding_reason=reason)


def release_lost_lease(purchase_order_id: UUID, *, now: datetime) -> None:
    """A worker died or froze while sending: what it did is unknown, and is looked up at once."""
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.forwarding_state != ForwardingState.SENDING or not po.forwarding_until or po.forwarding_until > now:
        return
    if po.forwarding_fence >= MOST_CLAIMS:
        to, reason, until = ForwardingState.NEEDS_ATTENTION, "kept_failing", None
    else:
        to, reason, until = ForwardingState.OUTCOME_UNKNOWN, "lease_lost", now
    move(
        po, "forwarding_state", FORWARDING, to, now=now, reason=reason, forwarding_until=until, forwarding_reason=reason
    )
    if until is not None:
        enqueue("purchasing.forward", purchase_order_id=po.pk, supplier_id=po.supplier_id)


def requeue(purchase_order_id: UUID, *, now: datetime) -> None:
    """Queue again what waits for a look-up, a lost lease or a person; the next claim looks up before it sends.

    A change in the store that held it back is thereby accepted: it is sent as it was paid.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.forwarding_state in {ForwardingState.DELIVERED, ForwardingState.REJECTED}:
        raise AlreadyForwarded(f"{po.number} is already at the supplier", number=po.number)
    if po.forwarding_state == ForwardingState.NOT_DUE:
        raise NothingToForward(f"{po.number} is not due", number=po.number)
    if po.payment_state == PaymentState.REFUNDED:
        raise MoneyGivenBack(f"{po.number} was refunded", number=po.number)
    settle_change(po, sent=True, now=now)
    if po.forwarding_state == ForwardingState.QUEUED:
        PurchaseOrder.objects.filter(pk=po.pk).update(forwarding_until=now)
    else:
        move(po, "forwarding_state", FORWARDING, ForwardingState.QUEUED, now=now, forwarding_until=now)
    enqueue("purchasing.forward", purchase_order_id=po.pk, supplier_id=po.supplier_id)


def requeue_without_store(*, now: datetime) -> None:
    """Queue again what only waited for its supplier to have a connected store; in the supplier's scope."""
    waiting = PurchaseOrder.objects.filter(
        forwarding_state=ForwardingState.NEEDS_ATTENTION,
        forwarding_reason__in=[STORE_DISCONNECTED, NO_ORDER_CHANNEL, "missing_scope", *ACCESS_LOST],
        changed_in_store_at__isnull=True,
    )
    for po in waiting.exclude(payment_state=PaymentState.REFUNDED).order_by("id"):
        requeue(po.pk, now=now)


def _move(claim: Claim, to: ForwardingState, *, now: datetime, reason: str = "", **changes: Any) -> None:
    po = claim.purchase_order
    move(
        po,
        "forwarding_state",
        FORWARDING,
        to,
        now=now,
        reason=reason,
        only_if={"forwarding_fence": claim.fence},
        **changes,
    )


def _close_this_attempt(claim: Claim, outcome: str, reason: str, now: datetime) -> None:
    ForwardAttempt.objects.filter(purchase_order=claim.purchase_order, fence=claim.fence).update(
        outcome=outcome, reason=reason[:80], ended_at=now
    )


def _close_attempts(claim: Claim, outcome: str, now: datetime) -> None:
    """Found or placed: every open question about earlier attempts is answered with it."""
    ForwardAttempt.objects.filter(
        purchase_order=claim.purchase_order, outcome__in=[_Outcome.NONE, _Outcome.UNKNOWN]
    ).update(outcome=outcome, ended_at=now)


def _wake(claim: Claim, at: datetime) -> None:
    po = claim.purchase_order
    enqueue("purchasing.forward", at=at, purchase_order_id=po.pk, supplier_id=po.supplier_id)
