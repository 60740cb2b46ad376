"""Disconnect a store on a member's wish: stop using it, then take out of it what we put there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import OutsideError
from orderlane.ports.stores import Registration
from orderlane.stores.actions.disconnect_by_hand import disconnect_by_hand, forget_secrets
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.connect import webhook_url
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.scope import acting_for


def what_we_put_there(organization_id: UUID, store_id: UUID, *, actor: str) -> Sequence[Registration] | None:
    """List what of ours stands in the store: the preview of :func:`disconnect`. None when it cannot be asked."""
    with acting_for(organization_id, actor):
        store = Store.objects.get(pk=store_id)
        connector = connector_of(store)
    try:
        return connector.registrations(webhook_url(store))
    except OutsideError:
        return None


def disconnect(organization_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> bool:
    """Disconnect first, clean up after; return whether the store is clean. Our keys to it are forgotten either way.

    From the first step on nothing is read from the store or written to it, so that a cleaning that fails
    half-way leaves webhooks behind which nobody listens to, and never a store that is half used.
    """
    with acting_for(organization_id, actor):
        store = Store.locked(pk=store_id)
        if store.status != StoreStatus.CONNECTED:
            return True  # The button was pressed twice: the first press does it all.
        connector = connector_of(store)
        disconnect_by_hand(store_id, now=now)
    try:
        connector.withdraw(webhook_url(store))
        return True
    except OutsideError:
        return False
    finally:
        with acting_for(organization_id, actor):
            forget_secrets(store_id, now=now)
