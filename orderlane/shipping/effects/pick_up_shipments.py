"""Read placed purchase orders in a supplier's store and record their parcels."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from uuid import UUID

from orderlane.inbox.actions.set_aside import set_aside
from orderlane.kernel.errors import NeedsAttention, Refused
from orderlane.ports.budgets import Urgency
from orderlane.ports.shipments import DeletionWitness
from orderlane.ports.stores import OrderChannel, OrderRef
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.answer_cancellation import canceled_there
from orderlane.shipping.actions.note_trouble import note_parcel_refused
from orderlane.shipping.actions.record_shipment import record_shipment
from orderlane.shipping.actions.take_back import note_deleted
from orderlane.shipping.queries import parcels_known_there
from orderlane.stores.actions.note_store_state import ACCESS_LOST, note_polled
from orderlane.stores.connections import channel_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for

OVERLAP = timedelta(minutes=15)


def pick_up_shipments(supplier_id: UUID, store_id: UUID, external_id: str, *, actor: str, now: datetime) -> int:
    """Record every new or changed parcel of one of our purchase orders; 0 when it is none of ours.

    A parcel that cannot be (too many pieces, nonsense as a number) is noted for a person and does not
    keep the others from being recorded.
    """
    with acting_for(supplier_id, actor):
        po = PurchaseOrder.objects.filter(supplier_id=supplier_id, supplier_external_id=external_id).first()
        if po is None:
            return 0
        store = Store.objects.get(pk=store_id)
        channel = channel_of(store)
    with noticing_lost_access(store, actor=actor):
        return _record(po, channel, external_id, actor=actor, now=now)


def _record(po: PurchaseOrder, channel: OrderChannel, external_id: str, *, actor: str, now: datetime) -> int:
    state = channel.read_purchase_order(external_id)
    if state is None:
        return 0
    # First, so that a parcel that was made anew finds room for its pieces.
    recorded = _note_deleted(po, channel, {parcel.external_id for parcel in state.shipments}, actor=actor, now=now)
    for parcel in state.shipments:
        with acting_for(po.supplier_id, actor):
            try:
                recorded += record_shipment(po.pk, parcel, now=now) is not None
            except Refused as refusal:
                note_parcel_refused(po, parcel.external_id, refusal.reason, now=now)
    if state.order.canceled:
        with acting_for(po.supplier_id, actor):
            canceled_there(po.pk, now=now)
    return recorded


def _note_deleted(po: PurchaseOrder, channel: OrderChannel, told: Set[str], *, actor: str, now: datetime) -> int:
    """Cancel the parcels that the store told once and tells no more, if it says for sure that they are gone."""
    if not isinstance(channel, DeletionWitness):
        return 0
    with acting_for(po.supplier_id, actor):
        known = parcels_known_there(po.pk)
    noted = 0
    for external_id in sorted(known.keys() - told):
        changed_at = channel.confirm_deleted(external_id, known[external_id])
        if changed_at is not None:
            with acting_for(po.supplier_id, actor):
                noted += note_deleted(po.pk, external_id, changed_at=changed_at, now=now)
    return noted


def poll_supplier_store(supplier_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> int:
    """Catch up with a supplier's store: whatever its webhooks did not tell us about our purchase orders.

    An order that makes no sense is set aside in the inbox and does not hold up the others.
    """
    with acting_for(supplier_id, actor):
        store: Store = Store.objects.get(pk=store_id)
        channel = channel_of(store, Urgency.ROUTINE)
    newest, cursor, recorded = store.polled_until, "", 0
    while True:
        with noticing_lost_access(store, actor=actor):
            page = channel.changed_purchase_orders(store.polled_until - OVERLAP, cursor)
        for ref in _ours(supplier_id, page.refs, actor):
            try:
                recorded += pick_up_shipments(supplier_id, store_id, ref.external_id, actor=actor, now=now)
            except NeedsAttention as problem:
                if problem.reason in ACCESS_LOST:
                    raise
                with acting_for(supplier_id, actor):
                    set_aside(
                        ref, problem.reason, organization_id=supplier_id, store_id=store_id,
                        job_name="shipping.receive_message", now=now,
                    )  # fmt: skip
        newest = max([newest, *(ref.updated_at for ref in page.refs)])
        cursor = page.next_cursor
        if not cursor:
            break
    with acting_for(supplier_id, actor):
        note_polled(store, until=min(newest, now), now=now)
    return recorded


def _ours(supplier_id: UUID, refs: Sequence[OrderRef], actor: str) -> list[OrderRef]:
    """A supplier's store has other customers too: only what we placed there is read."""
    with acting_for(supplier_id, actor):
        rows = PurchaseOrder.objects.filter(
            supplier_id=supplier_id, supplier_external_id__in=[ref.external_id for ref in refs]
        )
        placed = set(rows.values_list("supplier_external_id", flat=True))
    return [ref for ref in refs if ref.external_id in placed]
