"""Jobs of the purchasing room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.orders.models import Order
from orderlane.purchasing.actions.follow_listing import follow_file, follow_listing
from orderlane.purchasing.actions.forwarding import release_lost_lease, requeue_without_store
from orderlane.purchasing.actions.split_order import split_order
from orderlane.purchasing.effects.forward import forward
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState
from orderlane.tenants.scope import acting_for, system_scope

_ACTOR = "job:purchasing"
GRACE = timedelta(seconds=30)
"""How long a wake-up may be late before the sweep wakes again."""
BATCH = 500


@job("purchasing.split_order")
def split(order_id: str, retailer_id: str) -> None:
    """Split one order into purchase orders."""
    with acting_for(UUID(retailer_id), _ACTOR):
        split_order(UUID(order_id), now=clock.now())


@job("purchasing.follow_listing")
def follow(listing_id: str, retailer_id: str) -> None:
    """Apply an answer about a listing to every order that is still open."""
    with acting_for(UUID(retailer_id), _ACTOR):
        follow_listing(UUID(listing_id), now=clock.now())


@job("purchasing.follow_file")
def follow_rows(file_id: str, retailer_id: str, after: int, until: int) -> None:
    """Apply the answers in some rows of a file to every order that is still open."""
    with acting_for(UUID(retailer_id), _ACTOR):
        follow_file(UUID(file_id), after=after, until=until, now=clock.now())


@job("purchasing.forward")
def forward_one(purchase_order_id: str, supplier_id: str) -> None:
    """Forward one purchase order, or look up an unknown outcome."""
    forward(UUID(purchase_order_id), UUID(supplier_id), actor=_ACTOR, now=clock.now())


@job("purchasing.resume_supplier")
def resume(supplier_id: str) -> None:
    """Queue again what waited for the supplier to have a store that takes orders."""
    with acting_for(UUID(supplier_id), _ACTOR):
        requeue_without_store(now=clock.now())


@periodic("purchasing.sweep", "* * * * *")
def sweep() -> None:
    """Wake whatever lost its job, and give up the leases of dead workers."""
    now = clock.now()
    with system_scope(_ACTOR):
        unsplit = list(
            Order.objects.filter(split_at__isnull=True, received_at__lt=now - GRACE).values_list("pk", "retailer_id")[
                :BATCH
            ]
        )
        due = list(
            PurchaseOrder.objects.filter(
                forwarding_state__in=[ForwardingState.QUEUED, ForwardingState.OUTCOME_UNKNOWN],
                forwarding_until__lt=now - GRACE,
            ).values_list("pk", "supplier_id")[:BATCH]
        )
        lost = list(
            PurchaseOrder.objects.filter(
                forwarding_state=ForwardingState.SENDING, forwarding_until__lt=now
            ).values_list("pk", "supplier_id")[:BATCH]
        )
    for order_id, retailer_id in unsplit:
        enqueue_once("purchasing.split_order", key=f"split:{order_id}", order_id=order_id, retailer_id=retailer_id)
    for purchase_order_id, supplier_id in due:
        enqueue_once(
            "purchasing.forward",
            key=f"forward:{purchase_order_id}",
            purchase_order_id=purchase_order_id,
            supplier_id=supplier_id,
        )
    for purchase_order_id, supplier_id in lost:
        with acting_for(supplier_id, _ACTOR):
            release_lost_lease(purchase_order_id, now=now)
