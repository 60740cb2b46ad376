"""From a connected store to the connector that talks to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings

from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports import registry
from orderlane.ports.accounts import Account, Environment, PlatformApp
from orderlane.ports.budgets import Urgency
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import OrderChannel, StoreConnector
from orderlane.stores.budgets import StoreBudgetKeeper
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus

STORE_DISCONNECTED: Final = "store_disconnected"
"""The reason of whatever could not be done because its store is disconnected; reconnecting wakes it."""


REPLACED: Final = "webhook_secret_previous"
REPLACED_UNTIL: Final = "webhook_secret_previous_until"
"""Beside a store's secrets: the signing secret that was replaced, and until when it is still good."""


def api_url(platform: str, external_id: str) -> str:
    """Where the API of a store lives: the operator's setting, never what a member typed."""
    template: str = settings.STORE_API_URLS[platform]
    return template.format(domain=external_id)


def app_of(platform: str) -> PlatformApp:
    """The installation's own app at a platform; empty when the operator has registered none."""
    app: PlatformApp = settings.STORE_APPS.get(platform, PlatformApp())
    return app


def account_of(store: Store, urgency: Urgency = Urgency.PROMPT) -> Account:
    """Unseal a store's credentials, inside the scope of its organization."""
    return Account(
        external_id=store.external_id,
        api_url=api_url(store.platform, store.external_id),
        secrets=_still_good(store.unseal()),
        environment=Environment(store.environment),
        app=app_of(store.platform),
        budget=StoreBudgetKeeper(
            store.organization_id, store.pk, urgency, registry.stores()[store.platform].documented_limit
        ),
    )


def _still_good(secrets: Mapping[str, str]) -> Mapping[str, str]:
    """All secrets but the replaced one whose time is over; without a time it has none left."""
    until = secrets.get(REPLACED_UNTIL, "")
    if until and clock.now() < datetime.fromisoformat(until):
        return secrets
    return {name: value for name, value in secrets.items() if name != REPLACED}


def connector_of(store: Store, urgency: Urgency = Urgency.PROMPT) -> StoreConnector:
    """The connector of a retailer's store; raises NeedsAttention when it is disconnected."""
    _require_connected(store)
    return registry.stores()[store.platform](account_of(store, urgency))


def channel_of(store: Store, urgency: Urgency = Urgency.PROMPT) -> OrderChannel:
    """The order channel of a supplier's store; raises NeedsAttention when it is disconnected."""
    _require_connected(store)
    return registry.channels()[store.platform](account_of(store, urgency))


def has_capability(store: Store, capability: StoreCapability) -> bool:
    """Whether the store's platform can do this."""
    return capability in registry.stores()[store.platform].capabilities


def _require_connected(store: Store) -> None:
    if store.status != StoreStatus.CONNECTED:
        raise NeedsAttention(f"store {store.pk} is disconnected", reason=STORE_DISCONNECTED)
