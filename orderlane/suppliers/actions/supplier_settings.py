"""What a supplier sets up: its business card, its order channel, its accounts, its retailers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.audit.record import record
from orderlane.jobs.queue import enqueue
from orderlane.kernel.errors import Refused
from orderlane.kernel.ids import new_id
from orderlane.suppliers.models import PaymentAccount, SupplierProfile, TradingRelation


class AutoOrderNotReady(Refused):
    """Auto-order needs a payment account, billing details and a connected store that takes the orders."""

    reason = "auto_order_not_ready"


def save_profile(supplier_id: UUID, *, now: datetime, **fields: Any) -> SupplierProfile:
    """Create or change a supplier's profile; fields as in the model."""
    profile, _ = SupplierProfile.objects.update_or_create(supplier_id=supplier_id, defaults=fields)
    record("supplier.profile_saved", profile, now=now, detail={"fields": sorted(fields)})
    return profile


def switch_auto_order(supplier_id: UUID, *, on: bool, order_store_id: UUID | None, now: datetime) -> None:
    """Take purchase orders automatically, or stop; raises AutoOrderNotReady when something is missing.

    Paid purchase orders that waited for a store to take them are woken.
    """
    SupplierProfile.objects.get_or_create(supplier_id=supplier_id)
    profile = SupplierProfile.locked(supplier_id=supplier_id)
    accounts = PaymentAccount.objects.filter(supplier_id=supplier_id, active=True)
    if on and not (order_store_id and profile.billing_complete and accounts.exists()):
        raise AutoOrderNotReady("auto-order is not ready")
    profile.auto_order, profile.order_store_id = on, order_store_id
    profile.save(update_fields=["auto_order", "order_store_id"])
    record("supplier.auto_order", profile, now=now, new="on" if on else "off")
    if order_store_id is not None:
        enqueue("purchasing.resume_supplier", supplier_id=supplier_id)
        enqueue("shipping.resume_store", organization_id=supplier_id, store_id=order_store_id)


def save_payment_account(
    supplier_id: UUID,
    *,
    provider: str,
    external_id: str,
    environment: str,
    secrets: Mapping[str, str],
    now: datetime,
    new_account_id: UUID | None = None,
) -> PaymentAccount:
    """Make this the supplier's active account at a provider; the one before is kept for the payments it received.

    ``new_account_id`` names the row if it is new: its webhook address was shown before it was connected.
    """
    same = PaymentAccount.objects.filter(supplier_id=supplier_id, provider=provider, external_id=external_id)
    if new_account_id and PaymentAccount.objects.filter(pk=new_account_id).exists():
        new_account_id = None  # Taken by another account, which keeps its row and its webhook address.
    account = same.select_for_update().first() or PaymentAccount(
        id=new_account_id or new_id(),
        supplier_id=supplier_id,
        provider=provider,
        external_id=external_id,
        created_at=now,
    )
    others = PaymentAccount.objects.filter(supplier_id=supplier_id, provider=provider, active=True)
    for other in others.exclude(pk=account.pk):
        close_payment_account(other.pk, now=now)
    account.environment, account.active = environment, True
    account.seal(secrets)
    account.save()
    record("payment_account.connected", account, now=now, detail={"provider": provider})
    return account


def close_payment_account(account_id: UUID, *, now: datetime) -> None:
    """Offer this account to nobody any more; payments under way are still looked after."""
    account = PaymentAccount.locked(pk=account_id)
    account.active = False
    account.save(update_fields=["active"])
    record("payment_account.closed", account, now=now, detail={"provider": account.provider})


def start_trading(retailer_id: UUID, supplier_id: UUID, *, now: datetime) -> None:
    """Let a retailer sell a supplier's goods; safe to repeat."""
    relation, is_new = TradingRelation.objects.get_or_create(
        retailer_id=retailer_id, supplier_id=supplier_id, defaults={"since": now}
    )
    if is_new:
        record("trading.started", relation, now=now)
