"""Read a placed purchase order in the supplier's store and record its parcels."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from orderlane.kernel.errors import Refused
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.note_trouble import note_parcel_refused
from orderlane.shipping.actions.record_shipment import record_shipment
from orderlane.stores.actions.note_store_state import note_polled
from orderlane.stores.connections import channel_of
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
        channel = channel_of(Store.objects.get(pk=store_id))
    state = channel.read_purchase_order(external_id)
    recorded = 0
    for parcel in state.shipments if state else ():
        with acting_for(supplier_id, actor):
            try:
                recorded += record_shipment(po.pk, parcel, now=now) is not None
            except Refused as refusal:
                note_parcel_refused(po, parcel.external_id, refusal.reason, now=now)
    return recorded


def poll_supplier_store(supplier_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> int:
    """Catch up with a supplier's store: whatever its webhooks did not tell us about our purchase orders."""
    with acting_for(supplier_id, actor):
        store: Store = Store.objects.get(pk=store_id)
        channel = channel_of(store)
    newest, cursor, recorded = store.polled_until, "", 0
    while True:
        page = channel.changed_purchase_orders(store.polled_until - OVERLAP, cursor)
        for ref in page.refs:
            recorded += pick_up_shipments(supplier_id, store_id, ref.external_id, actor=actor, now=now)
        newest = max([newest, *(ref.updated_at for ref in page.refs)])
        cursor = page.next_cursor
        if not cursor:
            break
    with acting_for(supplier_id, actor):
        note_polled(store_id, until=min(newest, now), now=now)
    return recorded
