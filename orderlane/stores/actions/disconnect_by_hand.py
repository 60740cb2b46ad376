"""A member disconnects a store on purpose."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.stores.actions.note_store_state import BY_A_MEMBER, disconnect_store
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.actions.supplier_settings import switch_auto_order
from orderlane.suppliers.models import SupplierProfile


def disconnect_by_hand(store_id: UUID, *, now: datetime) -> None:
    """Stop talking to a store; a supplier that took its orders there takes none automatically any more."""
    disconnect_store(store_id, reason=BY_A_MEMBER, now=now)
    profile = SupplierProfile.objects.filter(order_store_id=store_id).first()
    if profile is not None:
        switch_auto_order(profile.supplier_id, on=False, order_store_id=None, now=now)


def forget_secrets(store_id: UUID, *, now: datetime) -> None:
    """Throw away the keys of a disconnected store; a store that was connected again meanwhile keeps its new ones."""
    store = Store.locked(pk=store_id)
    if store.status == StoreStatus.DISCONNECTED:
        store.sealed_secrets = b""
        store.save(update_fields=["sealed_secrets"])
        record("store.secrets_forgotten", store, now=now)
