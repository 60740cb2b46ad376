"""Jobs of the stores room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.reading import read_message
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.ports import registry
from orderlane.ports.capabilities import StoreCapability
from orderlane.stores.connections import STORE_DISCONNECTED
from orderlane.stores.effects.check_webhooks import check_webhooks
from orderlane.stores.effects.lost_access import accepting_lost_access, check_access
from orderlane.stores.effects.renew_secrets import renew_secrets
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.scope import system_scope

_ACTOR = "job:stores"


@job("stores.receive_uninstall")
def receive_uninstall(message_id: str) -> None:
    """A store says that it removed us (or a late or forged message does): ask it."""
    read_message(message_id, _check, actor=_ACTOR, moot=STORE_DISCONNECTED)


def _check(message: InboundMessage, now: datetime) -> None:
    check_access(message.organization_id, message.connection_id, actor=_ACTOR)


@job("stores.check_webhooks")
def check(organization_id: str, store_id: str) -> None:
    """Look whether one store still sends us everything."""
    with accepting_lost_access():
        check_webhooks(UUID(organization_id), UUID(store_id), actor=_ACTOR, now=clock.now())


@job("stores.renew_secrets")
def renew(organization_id: str, store_id: str) -> None:
    """Renew the secrets of one store when they end soon."""
    with accepting_lost_access():
        renew_secrets(UUID(organization_id), UUID(store_id), actor=_ACTOR, now=clock.now())


@periodic("stores.check_all_webhooks", "17 * * * *")
def check_all() -> None:
    """Check every connected store whose webhooks we manage."""
    for store_id, organization_id in _connected(StoreCapability.MANAGES_WEBHOOKS):
        key = f"webhooks:{store_id}"
        enqueue_once("stores.check_webhooks", key=key, organization_id=organization_id, store_id=store_id)


@periodic("stores.renew_all_secrets", "*/5 * * * *")
def renew_all() -> None:
    """Renew, in time, every connected store's secrets that end."""
    for store_id, organization_id in _connected(StoreCapability.EXPIRING_SECRETS):
        key = f"renew:{store_id}"
        enqueue_once("stores.renew_secrets", key=key, organization_id=organization_id, store_id=store_id)


def _connected(capability: StoreCapability) -> Iterable[tuple[UUID, UUID]]:
    platforms = [name for name, connector in registry.stores().items() if capability in connector.capabilities]
    with system_scope(_ACTOR):
        stores = Store.objects.filter(status=StoreStatus.CONNECTED, platform__in=platforms)
        return list(stores.values_list("pk", "organization_id"))
