"""Jobs of the orders room."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.reading import read_message
from orderlane.jobs.alone import alone
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.orders.effects.fetch_order import fetch_order
from orderlane.orders.effects.import_history import import_page
from orderlane.orders.effects.poll_store import poll_store
from orderlane.orders.models import OrderImport
from orderlane.orders.states import ImportStatus
from orderlane.stores.connections import STORE_DISCONNECTED
from orderlane.stores.effects.lost_access import accepting_lost_access
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import system_scope

_ACTOR = "job:orders"
STANDS_STILL = timedelta(minutes=10)
"""A page of orders never takes so long; a store that asks us to wait is asked again within it."""


@job("orders.receive_message")
def receive_message(message_id: str) -> None:
    """Fetch the order a store's webhook hinted at, then close the message."""
    read_message(message_id, _fetch, actor=_ACTOR, moot=STORE_DISCONNECTED)


def _fetch(message: InboundMessage, now: datetime) -> None:
    if message.resource_id:
        fetch_order(message.organization_id, message.connection_id, message.resource_id, actor=_ACTOR, now=now)


@job("orders.poll_store")
def poll(retailer_id: str, store_id: str) -> None:
    """Catch up with one store, unless somebody is at it: two would spend its rate limit on the same calls."""
    with alone(f"poll {store_id}") as free, accepting_lost_access():
        if free:
            poll_store(UUID(retailer_id), UUID(store_id), actor=_ACTOR, now=clock.now())


@periodic("orders.poll_stores", "*/5 * * * *")
def poll_stores() -> None:
    """Catch up with every connected store of every retailer."""
    with system_scope(_ACTOR):
        stores = list(
            Store.objects.filter(
                status=StoreStatus.CONNECTED, organization__kind=OrganizationKind.RETAILER
            ).values_list("pk", "organization_id")
        )
    for store_id, retailer_id in stores:
        enqueue_once("orders.poll_store", key=f"poll:{store_id}", retailer_id=retailer_id, store_id=store_id)


@job("orders.import_page")
def import_next_page(import_id: str, retailer_id: str) -> None:
    """Read one page of a store's earlier orders."""
    import_page(UUID(retailer_id), UUID(import_id), actor=_ACTOR, now=clock.now())


@periodic("orders.sweep_imports", "*/5 * * * *")
def sweep_imports() -> None:
    """Wake every import that stands still: its job was lost, or gave up on a store that was away for long."""
    with system_scope(_ACTOR):
        still = OrderImport.objects.filter(status=ImportStatus.RUNNING, progress_at__lt=clock.now() - STANDS_STILL)
        rows = list(still.values_list("pk", "retailer_id"))
    for import_id, retailer_id in rows:
        key = f"import:{import_id}"
        enqueue_once("orders.import_page", key=key, import_id=import_id, retailer_id=retailer_id)
