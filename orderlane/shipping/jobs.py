"""Jobs of the shipping room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.reading import read_message
from orderlane.jobs.alone import alone
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.record_push import retry_disconnected
from orderlane.shipping.actions.wake_push import lane_of, wake_lane
from orderlane.shipping.effects.answer_requests import answer_requests, answer_requests_of
from orderlane.shipping.effects.pick_up_shipments import pick_up_shipments, poll_supplier_store
from orderlane.shipping.effects.push_fulfillment import tell_supplier
from orderlane.shipping.effects.push_store import push_store
from orderlane.shipping.models import Fulfillment, SupplierRecord
from orderlane.shipping.queries import BATCH, WAITING
from orderlane.stores.connections import STORE_DISCONNECTED
from orderlane.stores.effects.lost_access import accepting_lost_access
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

_ACTOR = "job:shipping"


@job("shipping.receive_message")
def receive_message(message_id: str) -> None:
    """Read the purchase order a supplier's store hinted at, then close the message."""
    read_message(message_id, _pick_up, actor=_ACTOR, moot=STORE_DISCONNECTED)


def _pick_up(message: InboundMessage, now: datetime) -> None:
    if message.resource_id:
        pick_up_shipments(message.organization_id, message.connection_id, message.resource_id, actor=_ACTOR, now=now)


@job("shipping.receive_request")
def receive_request(message_id: str) -> None:
    """A retailer pressed *Request fulfillment* or wants it canceled: look at what its store has waiting."""
    read_message(message_id, _answer, actor=_ACTOR, moot=STORE_DISCONNECTED)


def _answer(message: InboundMessage, now: datetime) -> None:
    answer_requests(message.organization_id, message.connection_id, actor=_ACTOR, now=now)


@job("shipping.pick_up")
def pick_up(purchase_order_id: str, supplier_id: str) -> None:
    """Read one purchase order at its supplier: it was found there later than it was placed."""
    supplier = UUID(supplier_id)
    with acting_for(supplier, _ACTOR):
        po = PurchaseOrder.objects.get(pk=purchase_order_id)
        store_id = SupplierProfile.objects.get(supplier_id=supplier).order_store_id
    if store_id is None:
        return
    with accepting_lost_access():
        pick_up_shipments(supplier, store_id, po.supplier_external_id, actor=_ACTOR, now=clock.now())


@job("shipping.push_store")
def push(retailer_id: str, store_id: str, lane: int) -> None:
    """Tell a store about the due parcels of one lane."""
    push_store(UUID(retailer_id), UUID(store_id), lane, actor=_ACTOR)


@job("shipping.tell_supplier")
def tell(shipment_id: str, supplier_id: str) -> None:
    """Tell the supplier's own store about a parcel typed in here."""
    tell_supplier(UUID(shipment_id), UUID(supplier_id), actor=_ACTOR, now=clock.now())


@job("shipping.resume_store")
def resume(organization_id: str, store_id: str) -> None:
    """Bring the parcels to a store that waited for it to be connected again."""
    with acting_for(UUID(organization_id), _ACTOR):
        retry_disconnected(UUID(organization_id), UUID(store_id), now=clock.now())


@job("shipping.poll_store")
def poll(supplier_id: str, store_id: str) -> None:
    """Catch up with one supplier's store, unless somebody is at it."""
    with alone(f"poll {store_id}") as free, accepting_lost_access():
        if free:
            poll_supplier_store(UUID(supplier_id), UUID(store_id), actor=_ACTOR, now=clock.now())


@job("shipping.answer_requests")
def answer(retailer_id: str, store_id: str) -> None:
    """Answer the requests of one store."""
    with accepting_lost_access():
        answer_requests(UUID(retailer_id), UUID(store_id), actor=_ACTOR, now=clock.now())


@job("shipping.answer_requests_of")
def answer_of(purchase_order_id: str, retailer_id: str) -> None:
    """Answer the requests about one purchase order, which was paid, ordered or answered by its supplier."""
    with accepting_lost_access():
        answer_requests_of(UUID(purchase_order_id), UUID(retailer_id), actor=_ACTOR, now=clock.now())


@periodic("shipping.poll_stores", "*/5 * * * *")
def poll_stores() -> None:
    """Catch up with every supplier's store, and with the requests of every retailer's store."""
    with system_scope(_ACTOR):
        stores = list(
            Store.objects.filter(status=StoreStatus.CONNECTED).values_list(
                "pk", "organization_id", "organization__kind"
            )
        )
    for store_id, organization_id, kind in stores:
        if kind == OrganizationKind.SUPPLIER:
            enqueue_once("shipping.poll_store", key=f"poll:{store_id}", supplier_id=organization_id, store_id=store_id)
        else:
            enqueue_once(
                "shipping.answer_requests", key=f"requests:{store_id}", retailer_id=organization_id, store_id=store_id
            )


@periodic("shipping.sweep", "* * * * *")
def sweep() -> None:
    """Wake every push whose job was lost or whose worker died."""
    with system_scope(_ACTOR):
        due = Fulfillment.objects.filter(status__in=WAITING, due_at__lt=clock.now())
        rows = due.values_list("retailer_id", "purchase_order__store_id", "purchase_order__order_id")
        lanes = {(retailer_id, store_id, lane_of(order_id)) for retailer_id, store_id, order_id in rows}
        untold = SupplierRecord.objects.filter(status__in=WAITING, due_at__lt=clock.now())
        there = list(untold.values_list("shipment_id", "supplier_id")[:BATCH])
    for retailer_id, store_id, lane in sorted(lanes):
        wake_lane(retailer_id, store_id, lane)
    for shipment_id, supplier_id in there:
        enqueue_once(
            "shipping.tell_supplier", key=f"tell:{shipment_id}", shipment_id=shipment_id, supplier_id=supplier_id
        )
