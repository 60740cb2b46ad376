"""Decide how a store's request is answered, put a late wish to cancel to the supplier, note what the store shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.members.models import Membership, Role
from orderlane.ports.stores import FulfillmentWork, RequestAnswer, RequestState
from orderlane.purchasing.actions.settle import keep_canceled, lock_purchase_orders
from orderlane.purchasing.models import ForwardAttempt, PurchaseOrder
from orderlane.purchasing.states import FULFILLMENT, ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.models import CancellationRequest
from orderlane.shipping.queries import request_limit, unpaid_hours
from orderlane.shipping.rules import Standing, answer_to, requested_lines
from orderlane.shipping.states import CancellationStatus

_F = ForwardingState


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer to give the store, and what is written beside it in the retailer's own language."""

    answer: RequestAnswer
    message: str


def decide_answer(retailer_id: UUID, store_id: UUID, work: FulfillmentWork, *, now: datetime) -> Decision | None:
    """Say how to answer one request now, or None when nothing is asked or it is too early.

    Agreeing to a cancellation first keeps what is paid but not sent from being sent. What the supplier already
    has is put to the supplier. Nothing is paid, ordered or refunded.
    """
    if not work.open or work.request_state not in {RequestState.REQUESTED, RequestState.CANCELLATION_REQUESTED}:
        return None
    purchase_orders = _locked(store_id, work)
    asked_at = work.requested_at or now
    requests = _requests(purchase_orders, work, asked_at)
    standings = {po: standing_of(po, requests.get(po.pk)) for po in purchase_orders}
    answer = answer_to(work, standings.values(), limit=request_limit(retailer_id), now=now)
    if answer is RequestAnswer.ACCEPT_CANCELLATION:
        for po, where in standings.items():
            if where is Standing.PAID:
                keep_canceled(po, now=now)
    elif answer is None and work.request_state is RequestState.CANCELLATION_REQUESTED:
        for po, where in standings.items():
            if where is Standing.AT_SUPPLIER and po.pk not in requests:
                _put_to_supplier(po, work, asked_at, now)
    return None if answer is None else Decision(answer, _message(answer, retailer_id, requests.values()))


def note_requests(store_id: UUID, order_external_id: str, works: Sequence[FulfillmentWork], *, now: datetime) -> None:
    """Show in progress what the store shows in progress, and no longer what it does not; read from the store."""
    lines = requested_lines(works)
    declined = any(work.request_state is RequestState.REJECTED for work in works)
    rows = PurchaseOrder.objects.select_for_update(of=("self",)).filter(
        order__store_id=store_id,
        order__external_id=order_external_id,
        fulfillment_state__in=[FulfillmentState.UNFULFILLED, FulfillmentState.IN_PROGRESS],
    )
    for po in rows.order_by("id"):
        requested = po.lines.filter(order_line_external_id__in=lines).exists()
        to = FulfillmentState.IN_PROGRESS if requested else FulfillmentState.UNFULFILLED
        if po.fulfillment_state != to:
            reason = "requested_in_store" if requested else "payment_declined" if declined else "request_ended"
            move(po, "fulfillment_state", FULFILLMENT, to, now=now, reason=reason)


def standing_of(po: PurchaseOrder, request: CancellationRequest | None) -> Standing:
    """Where a locked purchase order stands, with what its supplier has said to the wish to cancel it."""
    if po.forwarding_state == _F.REJECTED or (request and request.status == CancellationStatus.AGREED):
        return Standing.CANCELED
    if po.forwarding_state == _F.DELIVERED:
        refused = request is not None and request.status == CancellationStatus.REFUSED
        return Standing.KEPT if refused else Standing.AT_SUPPLIER
    if po.payment_state == PaymentState.PAYING:
        return Standing.PAYING
    if po.forwarding_state in {_F.SENDING, _F.OUTCOME_UNKNOWN}:
        return Standing.UNCLEAR
    if po.payment_state not in {PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED}:
        return Standing.UNPAID
    return Standing.UNCLEAR if may_have_arrived(po) else Standing.PAID


def may_have_arrived(po: PurchaseOrder) -> bool:
    """Whether an attempt to send it ended without an answer."""
    unsure = [ForwardAttempt.Outcome.NONE, ForwardAttempt.Outcome.UNKNOWN]
    return ForwardAttempt.objects.filter(purchase_order=po, outcome__in=unsure).exists()


def _locked(store_id: UUID, work: FulfillmentWork) -> list[PurchaseOrder]:
    """The purchase orders that hold a line of this work."""
    rows = PurchaseOrder.objects.filter(
        order__store_id=store_id,
        order__external_id=work.order_external_id,
        lines__order_line_external_id__in=list(work.remaining),
    )
    return lock_purchase_orders(sorted(set(rows.values_list("pk", flat=True))))


def _requests(
    purchase_orders: Sequence[PurchaseOrder], work: FulfillmentWork, asked_at: datetime
) -> dict[UUID, CancellationRequest]:
    rows = CancellationRequest.objects.filter(
        purchase_order__in=purchase_orders, work_external_id=work.external_id, asked_at=asked_at
    )
    return {row.purchase_order_id: row for row in rows}


def _put_to_supplier(po: PurchaseOrder, work: FulfillmentWork, asked_at: datetime, now: datetime) -> None:
    CancellationRequest.objects.create(
        retailer_id=po.retailer_id,
        supplier_id=po.supplier_id,
        purchase_order=po,
        work_external_id=work.external_id,
        asked_at=asked_at,
        message=work.request_message[:500],
    )
    record("cancellation.asked", po, now=now)


def _message(answer: RequestAnswer, retailer_id: UUID, requests: Collection[CancellationRequest]) -> str:
    """What the retailer reads in its store's admin, in its owner's language; a supplier's own words as they are."""
    if answer is RequestAnswer.REJECT_CANCELLATION:
        said = [request.answer for request in requests if request.status == CancellationStatus.REFUSED]
        own_words = " ".join(words for words in said if words)
        if own_words:
            return own_words
    owner = Membership.objects.filter(organization_id=retailer_id, role=Role.OWNER).select_related("member").first()
    with translation.override(owner.member.language if owner else "en"):
        return {
            RequestAnswer.ACCEPT: "",
            RequestAnswer.REJECT_UNPAID: _("Not paid in Orderlane within %(hours)s hours.")
            % {"hours": unpaid_hours(retailer_id)},
            RequestAnswer.ACCEPT_CANCELLATION: _("Canceled. The supplier does not ship it."),
            RequestAnswer.REJECT_CANCELLATION: _("The supplier cannot cancel it any more."),
        }[answer]
