"""Find which payment of ours a provider's webhook is about."""

from __future__ import annotations

from uuid import UUID

from orderlane.kernel.errors import NeedsAttention
from orderlane.payments.connections import connector_of
from orderlane.payments.models import Payment
from orderlane.tenants.scope import system_scope

NOT_FOUND = "payment_not_found"


def find_payment(account_id: UUID, supplier_id: UUID, resource_id: str, *, actor: str) -> Payment | None:
    """The payment with this id at the provider, or the one whose capture or charge it is; None for a stranger's.

    A supplier's account takes other money too: what carries no reference of ours is nobody's business here.
    Raises Unavailable or NeedsAttention when the provider has to be asked and does not answer.
    """
    if not resource_id:
        return None
    with system_scope(actor):
        known = Payment.objects.filter(account_id=account_id, external_id=resource_id).first()
    if known is not None:
        return known
    try:
        reference = connector_of(account_id, supplier_id, actor).fetch_payment(resource_id).reference
    except NeedsAttention as problem:
        if problem.reason != NOT_FOUND:
            raise
        return None
    with system_scope(actor):
        return Payment.objects.filter(account_id=account_id, reference=reference).first() if reference else None
