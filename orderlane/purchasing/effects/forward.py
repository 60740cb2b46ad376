"""Give a paid purchase order to its supplier, exactly once: claim, look up if in doubt, send, record."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from orderlane.connectors.deadline import deadline
from orderlane.kernel.address import Address
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.stores import OrderChannel, PlacedOrder, PurchaseOrderLineRequest, PurchaseOrderRequest
from orderlane.purchasing.actions.forwarding import (
    NO_ORDER_CHANNEL,
    Claim,
    begin_attempt,
    claim_forwarding,
    record_delivered,
    record_not_sent,
    record_refused,
    record_unknown,
)
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.rules import NextStep, next_forwarding_step
from orderlane.stores.connections import channel_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.scope import acting_for

RETRY_AFTER = timedelta(seconds=20)
SEND_WITHIN_SECONDS = 20
"""From before the claim. A worker that is paused in between wakes up to a closed line, long before its lease ends and
somebody else may send: fencing keeps it from recording, only this keeps it from sending."""


def forward(purchase_order_id: UUID, supplier_id: UUID, *, actor: str, now: datetime) -> None:
    """Claim one queued purchase order and bring it to its supplier, or record exactly why not.

    Acts for the supplier, whose store takes the order. Never raises one of the four kinds: each ends as
    a recorded state with its next step.
    """
    with deadline(monotonic() + SEND_WITHIN_SECONDS):
        with acting_for(supplier_id, actor):
            claim = claim_forwarding(purchase_order_id, now=now)
            store = _store_of(supplier_id) if claim else None
            channel = _channel_for(claim, store, now) if claim else None
        if claim is not None and store is not None and channel is not None:
            _bring(claim, store, channel, actor=actor, now=now)


def _bring(claim: Claim, store: Store, channel: OrderChannel, *, actor: str, now: datetime) -> None:
    supplier_id = store.organization_id
    try:
        with noticing_lost_access(store, actor=actor):
            placed = _place(claim, channel, supplier_id, actor=actor, now=now)
    except (Declined, NeedsAttention) as refusal:
        with acting_for(supplier_id, actor):
            record_refused(claim, reason=refusal.reason, now=now)
    except Unavailable as problem:
        wait = timedelta(seconds=problem.retry_after) if problem.retry_after is not None else RETRY_AFTER
        with acting_for(supplier_id, actor):
            record_not_sent(claim, retry_at=now + wait, reason=problem.reason, now=now)
    except OutcomeUnknown as problem:
        with acting_for(supplier_id, actor):
            record_unknown(claim, look_at=now + channel.lookup_settle, reason=problem.reason, now=now)
    else:
        if placed is not None:
            with acting_for(supplier_id, actor):
                record_delivered(claim, placed, now=now)


def _place(claim: Claim, channel: OrderChannel, supplier_id: UUID, *, actor: str, now: datetime) -> PlacedOrder | None:
    """Look up whenever an earlier attempt may have arrived, then send; None when it is too early to know."""
    found = channel.find_purchase_order(claim.purchase_order.number) if claim.uncertain_since else None
    decision = next_forwarding_step(
        found=found is not None,
        uncertain_since=claim.uncertain_since,
        lookup_settle=channel.lookup_settle,
        now=now,
    )
    if decision.step is NextStep.ADOPT:
        if found is not None and found.canceled:
            raise Declined("the supplier has canceled it", reason="canceled_by_supplier")
        return found
    if decision.step is NextStep.WAIT:
        assert decision.at is not None
        with acting_for(supplier_id, actor):
            record_unknown(claim, look_at=decision.at, reason="waiting_for_index", now=now)
        return None
    if claim.uncertain_since:
        with acting_for(supplier_id, actor):
            begin_attempt(claim, now=now)
    return channel.send_purchase_order(request_for(claim.purchase_order))


def _store_of(supplier_id: UUID) -> Store | None:
    profile = SupplierProfile.objects.get(supplier_id=supplier_id)
    return Store.objects.filter(pk=profile.order_store_id).first() if profile.order_store_id else None


def _channel_for(claim: Claim, store: Store | None, now: datetime) -> OrderChannel | None:
    """The supplier's order channel; without one the claim ends here, in its own transaction, at a person's desk."""
    try:
        if store is None:
            raise NeedsAttention("the supplier has no order channel", reason=NO_ORDER_CHANNEL)
        return channel_of(store)
    except NeedsAttention as refusal:
        record_refused(claim, reason=refusal.reason, now=now)
        return None


def request_for(po: PurchaseOrder) -> PurchaseOrderRequest:
    """What the supplier is sent: the frozen snapshot and nothing else."""
    frozen = po.snapshot
    if frozen is None or po.released_at is None:
        raise NeedsAttention(f"{po.number} is not frozen", reason="not_paid")
    currency = frozen["currency"]
    return PurchaseOrderRequest(
        reference=po.number,
        lines=[
            PurchaseOrderLineRequest(
                reference=line["line"],
                variant_id=line["variant_id"],
                sku=line["sku"],
                title=line["title"],
                quantity=line["quantity"],
                unit_cost=Money(line["unit_cost_minor"], line["currency"]),
            )
            for line in frozen["lines"]
        ],
        ship_to=Address.from_json(frozen["ship_to"]),
        shipping=Money(frozen["native_shipping_minor"], currency),
        tax=Money(frozen["native_vat_minor"], currency),
        retailer_name=frozen["retailer"],
        retailer_domain=po.store_domain,
        payment_reference=po.payment_reference,
        placed_at=po.released_at,
    )
