"""Jobs of the shipping room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.reading import read_message
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.wake_push import lane_of, wake_lane
from orderlane.shipping.effects.accept_requests import accept_requests
from orderlane.shipping.effects.pick_up_shipments import pick_up_shipments, poll_supplier_store
from orderlane.shipping.effects.push_store import push_store
from orderlane.shipping.models import Fulfillment
from orderlane.shipping.queries import WAITING
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

_ACTOR = "job:shipping"


@job("shipping.receive_message")
def receive_message(message_id: str) -> None:
    """Read the purchase order a supplier's store hinted at, then close the message."""
    read_message(message_id, _pick_up, actor=_ACTOR)


def _pick_up(message: InboundMessage, now: datetime) -> None:
    if message.resource_id:
        pick_up_shipments(message.organization_id, message.connection_id, message.resource_id, actor=_ACTOR, now=now)


@job("shipping.receive_request")
def receive_request(message_id: str) -> None:
    """A retailer pressed *Request fulfillment*: accept what its store has waiting."""
    read_message(message_id, _accept, actor=_ACTOR)


def _accept(message: InboundMessage, now: datetime) -> None:
    accept_requests(message.organization_id, message.connection_id, actor=_ACTOR, now=now)


@job("shipping.pick_up")
def pick_up(purchase_order_id: str, supplier_id: str) -> None:
    """Read one purchase order at its supplier: it was found there later than it was placed."""
    supplier = UUID(supplier_id)
    with acting_for(supplier, _ACTOR):
        po = PurchaseOrder.objects.get(pk=purchase_order_id)
        store_id = SupplierProfile.objects.get(supplier_id=supplier).order_store_id
    if store_id is not None:
        pick_up_shipments(supplier, store_id, po.supplier_external_id, actor=_ACTOR, now=clock.now())


@job("shipping.push_store")
def push(retailer_id: str, store_id: str, lane: int) -> None:
    """Tell a store about the due parcels of one lane."""
    push_store(UUID(retailer_id), UUID(store_id), lane, actor=_ACTOR)


@job("shipping.poll_store")
def poll(supplier_id: str, store_id: str) -> None:
    """Catch up with one supplier's store."""
    poll_supplier_store(UUID(supplier_id), UUID(store_id), actor=_ACTOR, now=clock.now())


@job("shipping.accept_requests")
def accept(retailer_id: str, store_id: str) -> None:
    """Accept the fulfillment requests of one store."""
    accept_requests(UUID(retailer_id), UUID(store_id), actor=_ACTOR, now=clock.now())


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
                "shipping.accept_requests", key=f"accept:{store_id}", retailer_id=organization_id, store_id=store_id
            )


@periodic("shipping.sweep", "* * * * *")
def sweep() -> None:
    """Wake every push whose job was lost or whose worker died."""
    with system_scope(_ACTOR):
        due = Fulfillment.objects.filter(status__in=WAITING, due_at__lt=clock.now())
        rows = due.values_list("retailer_id", "purchase_order__store_id", "purchase_order__order_id")
        lanes = {(retailer_id, store_id, lane_of(order_id)) for retailer_id, store_id, order_id in rows}
    for retailer_id, store_id, lane in sorted(lanes):
        wake_lane(retailer_id, store_id, lane)
