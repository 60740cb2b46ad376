"""What payments does to purchase orders: hold them while paying, give them back, or mark them paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.jobs.queue import enqueue
from orderlane.kernel.hashes import content_hash
from orderlane.orders.models import Order
from orderlane.purchasing.errors import PurchaseOrderNotPayable
from orderlane.purchasing.models import CANCELED, PurchaseOrder
from orderlane.purchasing.states import FORWARDING, PAYMENT, ForwardingState, FulfillmentState, PaymentState

CHANGED_IN_STORE = "changed_in_store"
"""The reason of a purchase order that is held because the store changed what was paid for."""


def lock_purchase_orders(ids: Sequence[UUID]) -> list[PurchaseOrder]:
    """Lock these purchase orders in id order (so that overlapping selections wait instead of deadlocking).

    Their orders first, as a split does: both may go on to change the other.
    """
    orders = PurchaseOrder.objects.filter(pk__in=ids).values("order_id")
    list(Order.objects.select_for_update(of=("self",)).filter(pk__in=orders).order_by("id"))
    return list(
        PurchaseOrder.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("order").order_by("id")
    )


def mark_paying(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> None:
    """Hold locked purchase orders for a payment; raises PurchaseOrderNotPayable and holds none if one cannot be."""
    for po in purchase_orders:
        if not po.payable:
            raise PurchaseOrderNotPayable(f"{po.number} cannot be paid", number=po.number)
    for po in purchase_orders:
        move(po, "payment_state", PAYMENT, PaymentState.PAYING, now=now)


def mark_unpaid(purchase_orders: Sequence[PurchaseOrder], *, reason: str, now: datetime) -> None:
    """Give purchase orders back when their payment ended without money; the store's changes meanwhile apply now."""
    for po in purchase_orders:
        # What the store changed meanwhile is what is ordered from now on: nothing is left to decide.
        unpaid = PaymentState.UNPAID
        move(po, "payment_state", PAYMENT, unpaid, now=now, reason=reason, changed_in_store_at=None)
        Order.objects.filter(pk=po.order_id).update(split_at=None)
        enqueue("purchasing.split_order", order_id=po.order_id, retailer_id=po.retailer_id)


def keep_canceled(po: PurchaseOrder, *, now: datetime) -> None:
    """Keep from its supplier what its retailer canceled before it was sent, whatever else it waits for."""
    if po.forwarding_state == ForwardingState.NEEDS_ATTENTION:
        po.forwarding_reason = CANCELED
        po.save(update_fields=["forwarding_reason"])
    else:
        hold_back([po], reason=CANCELED, now=now)


def hold_back(purchase_orders: Sequence[PurchaseOrder], *, reason: str, now: datetime) -> None:
    """Keep from their supplier what is not there yet: a person decides."""
    for po in purchase_orders:
        if po.forwarding_state in {ForwardingState.QUEUED, ForwardingState.OUTCOME_UNKNOWN}:
            attention = ForwardingState.NEEDS_ATTENTION
            move(
                po, "forwarding_state", FORWARDING, attention, now=now, reason=reason,
                forwarding_reason=reason, forwarding_until=None,
            )  # fmt: skip


def mark_refunded(purchase_orders: Sequence[PurchaseOrder], *, whole: bool, now: datetime) -> None:
    """Their payment was given back, in part or wholly: what is not sent yet stays here once all of it is gone."""
    to = PaymentState.REFUNDED if whole else PaymentState.PARTIALLY_REFUNDED
    for po in purchase_orders:
        if PAYMENT.allows(PaymentState(po.payment_state), to):
            move(po, "payment_state", PAYMENT, to, now=now)
    if whole:
        keep_refunded(purchase_orders, now=now)


def keep_refunded(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> None:
    """Hold back what was refunded; of what may lie at the supplier all the same, a person has to ask."""
    unknown = [po for po in purchase_orders if po.forwarding_state == ForwardingState.OUTCOME_UNKNOWN]
    hold_back(unknown, reason="refunded_unconfirmed", now=now)
    hold_back(purchase_orders, reason="refunded", now=now)


def mark_paid(
    purchase_orders: Sequence[PurchaseOrder], snapshots: Mapping[UUID, dict[str, Any]], *, reference: str, now: datetime
) -> None:
    """Freeze and release paid purchase orders and queue their forwarding, in the settlement's own transaction."""
    for po in purchase_orders:
        snapshot = snapshots[po.pk]
        # Moved while the payment was under way: the address that was shown stays, and a person decides.
        moved = po.moved_from(snapshot["ship_to"])
        if moved:
            record("purchase_order.changed_in_store", po, now=now)
        move(
            po,
            "payment_state",
            PAYMENT,
            PaymentState.PAID,
            now=now,
            detail={"payment": reference},
            snapshot=snapshot,
            snapshot_hash=content_hash(snapshot),
            payment_reference=reference,
            released_at=now,
            changed_in_store_at=now if moved else po.changed_in_store_at,
        )
        move(po, "forwarding_state", FORWARDING, ForwardingState.QUEUED, now=now, forwarding_until=now)
        enqueue("purchasing.forward", purchase_order_id=po.pk, supplier_id=po.supplier_id)
        wake_request(po)


def wake_request(po: PurchaseOrder) -> None:
    """It was paid or ordered: a *Request fulfillment* that waits in its store can be accepted now."""
    if po.fulfillment_state == FulfillmentState.IN_PROGRESS:
        enqueue("shipping.answer_requests_of", purchase_order_id=po.pk, retailer_id=po.retailer_id)
