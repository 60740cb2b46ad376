"""A member disconnects a store on purpose."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.stores.actions.note_store_state import BY_A_MEMBER, disconnect_store
from orderlane.suppliers.actions.supplier_settings import switch_auto_order
from orderlane.suppliers.models import SupplierProfile


def disconnect_by_hand(store_id: UUID, *, now: datetime) -> None:
    """Stop talking to a store; a supplier that took its orders there takes none automatically any more."""
    disconnect_store(store_id, reason=BY_A_MEMBER, now=now)
    profile = SupplierProfile.objects.filter(order_store_id=store_id).first()
    if profile is not None:
        switch_auto_order(profile.supplier_id, on=False, order_store_id=None, now=now)
