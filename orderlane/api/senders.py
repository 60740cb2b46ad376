"""Who may knock at the webhook door: connections, remembered for a few seconds.

Looking a connection up and unsealing its secrets costs as much as storing the message itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from orderlane.payments.connections import account_of as payment_account_of
from orderlane.payments.connections import payment_connector
from orderlane.ports import registry
from orderlane.ports.accounts import Account
from orderlane.ports.payments import PaymentConnector
from orderlane.ports.stores import StoreConnector
from orderlane.stores.connections import account_of as store_account_of
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import system_scope

KNOWN_FOR_SECONDS = 5.0
"""How long a changed secret may still be taken for the old one; a new one works at once (see ``forget``)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection as the door needs it."""

    connection_id: UUID
    organization_id: UUID
    source: str
    account: Account
    supplier: bool
    listening: bool = True
    """False for a store that is disconnected: what it sends is read anew when it is connected again."""

    def connector(self) -> StoreConnector | PaymentConnector:
        """A connector of its own for every message: none is shared between threads."""
        if self.source in registry.stores():
            return registry.stores()[self.source](self.account)
        return payment_connector(self.source, self.account)


LookUp = Callable[[UUID], Sender | None]

_known: dict[UUID, tuple[float, Sender]] = {}


def known(connection_id: UUID, look_up: LookUp) -> Sender | None:
    """The connection as it was at most a few seconds ago; None when there is none."""
    until, sender = _known.get(connection_id, (0.0, None))
    if sender is None or monotonic() > until:
        sender = look_up(connection_id)
        if sender is not None and sender.listening:
            # One that was disconnected is looked up each time: what comes once it is back must not be missed.
            _known[connection_id] = (monotonic() + KNOWN_FOR_SECONDS, sender)
    return sender


def forget(connection_id: UUID) -> None:
    """Look it up anew next time: its signature did not hold, so its secret may just have been changed."""
    _known.pop(connection_id, None)


def store(store_id: UUID) -> Sender | None:
    """Look up a connected store."""
    with system_scope("webhook:door"):
        row = Store.objects.filter(pk=store_id).select_related("organization").first()
        if row is None:
            return None
        supplier = row.organization.kind == OrganizationKind.SUPPLIER
        listening = row.status == StoreStatus.CONNECTED
        return Sender(row.pk, row.organization_id, row.platform, store_account_of(row), supplier, listening)


def stores_named(platform: str, external_id: str) -> list[UUID]:
    """The connections of the store that a message at a platform's common door names."""
    if not external_id:
        return []
    with system_scope("webhook:door"):
        rows = Store.objects.filter(platform=platform, external_id=external_id).order_by("id")
        return list(rows.values_list("pk", flat=True))


def payment_account(account_id: UUID) -> Sender | None:
    """Look up a supplier's account at a payment provider."""
    with system_scope("webhook:door"):
        row = PaymentAccount.objects.filter(pk=account_id).first()
        return Sender(row.pk, row.supplier_id, row.provider, payment_account_of(row), True) if row else None
