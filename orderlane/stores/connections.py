"""From a connected store to the connector that talks to it."""

from __future__ import annotations

from django.conf import settings

from orderlane.kernel.errors import NeedsAttention
from orderlane.ports import registry
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.stores import OrderChannel, StoreConnector
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus


def api_url(platform: str, domain: str) -> str:
    """Where the API of a shop lives: the operator's setting, never what a member typed."""
    template: str = settings.STORE_API_URLS[platform]
    return template.format(domain=domain)


def account_of(store: Store) -> Account:
    """Unseal a store's credentials, inside the scope of its organization."""
    return Account(
        external_id=store.external_id,
        api_url=api_url(store.platform, store.external_id),
        secrets=store.unseal(),
        environment=Environment(store.environment),
    )


def connector_of(store: Store) -> StoreConnector:
    """The connector of a retailer's store; raises NeedsAttention when it is disconnected."""
    _require_connected(store)
    return registry.stores()[store.platform](account_of(store))


def channel_of(store: Store) -> OrderChannel:
    """The order channel of a supplier's store; raises NeedsAttention when it is disconnected."""
    _require_connected(store)
    return registry.channels()[store.platform](account_of(store))


def _require_connected(store: Store) -> None:
    if store.status != StoreStatus.CONNECTED:
        raise NeedsAttention(f"store {store.pk} is disconnected", reason="store_disconnected")
