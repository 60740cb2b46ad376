"""Jobs of the payments room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.reading import read_message
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.payments.effects.find_payment import find_payment
from orderlane.payments.effects.sync_payment import sync_payment
from orderlane.payments.models import Payment
from orderlane.tenants.scope import system_scope

_ACTOR = "job:payments"
BATCH = 500


@job("payments.sync")
def sync(payment_id: str, retailer_id: str) -> None:
    """Look at one payment at its provider."""
    sync_payment(UUID(payment_id), UUID(retailer_id), actor=_ACTOR, now=clock.now())


@job("payments.receive_message")
def receive_message(message_id: str) -> None:
    """A provider hinted that something happened to a payment: look at it, if it is ours."""
    read_message(message_id, _look, actor=_ACTOR)


def _look(message: InboundMessage, now: datetime) -> None:
    """A payment we do not know yet is found by the sweep: its own row says when to look."""
    payment = find_payment(message.connection_id, message.organization_id, message.resource_id, actor=_ACTOR)
    if payment is not None:
        sync_payment(payment.pk, payment.retailer_id, actor=_ACTOR, now=now)


@periodic("payments.sweep", "* * * * *")
def sweep() -> None:
    """Look at every payment whose next look is due."""
    with system_scope(_ACTOR):
        due = list(
            Payment.objects.filter(check_at__lte=clock.now())
            .order_by("check_at")
            .values_list("pk", "retailer_id")[:BATCH]
        )
    for payment_id, retailer_id in due:
        enqueue_once("payments.sync", key=f"payment:{payment_id}", payment_id=payment_id, retailer_id=retailer_id)
