"""Accept what a retailer asked for with *Request fulfillment* in its store."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import Declined
from orderlane.ports.stores import RequestAnswer, RequestState
from orderlane.shipping.actions.mark_in_progress import mark_in_progress
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


def accept_requests(retailer_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> int:
    """Accept every open request of a store and show its orders in progress; return how many."""
    with acting_for(retailer_id, actor):
        connector = connector_of(Store.objects.get(pk=store_id))
    accepted = 0
    with noticing_lost_access(retailer_id, store_id, actor=actor, now=now):
        requested = connector.requested_work()
    for work in requested:
        if work.request_state is not RequestState.REQUESTED:
            continue
        try:
            connector.answer_request(work.external_id, RequestAnswer.ACCEPT)
        except Declined:
            # Withdrawn or answered meanwhile: the store's own list is the truth, and it is read again next time.
            continue
        with acting_for(retailer_id, actor):
            mark_in_progress(store_id, work.order_external_id, now=now)
        accepted += 1
    return accepted
