"""Renew the secrets of a store before they end: one worker at a time, because a refresh token rotates with each use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import NeedsAttention
from orderlane.stores.actions.note_store_state import ACCESS_LOST, lose_access
from orderlane.stores.actions.renewal import end_renewal, lease_renewal, save_renewed
from orderlane.stores.connections import connector_of
from orderlane.tenants.scope import acting_for


def renew_secrets(organization_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> bool:
    """Have the platform give new secrets when the old ones end soon; return whether there are, or will be, new ones.

    While another worker is at it nothing is done, and new ones are taken to be on their way. A store that
    refuses for good is disconnected, with its reason. Raises Unavailable when the platform cannot be reached.
    """
    with acting_for(organization_id, actor):
        store = lease_renewal(store_id, now=now)
        if store is None:
            return True
        connector = connector_of(store)
    try:
        secrets = connector.renew_secrets(now)
        if secrets is not None:
            with acting_for(organization_id, actor):
                save_renewed(store, secrets, now=now)
    except NeedsAttention as problem:
        if problem.reason not in ACCESS_LOST:
            raise
        with acting_for(organization_id, actor):
            lose_access(store, reason=problem.reason, now=now)
        return False
    finally:
        with acting_for(organization_id, actor):
            end_renewal(store_id)
    return secrets is not None
