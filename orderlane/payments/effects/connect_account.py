"""Connect a supplier's own account at a payment provider: ask who it is, then save it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings

from orderlane.kernel.errors import NeedsAttention
from orderlane.payments.connections import payment_connector, provider_url
from orderlane.ports.accounts import Account, Environment
from orderlane.suppliers.actions.supplier_settings import save_payment_account
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.scope import acting_for


def connect_account(
    *,
    supplier_id: UUID,
    actor: str,
    provider: str,
    external_id: str,
    environment: Environment,
    secrets: Mapping[str, str],
    now: datetime,
) -> PaymentAccount:
    """Try the credentials and save the account; raises NeedsAttention when they are refused or another account's."""
    account = Account(external_id, provider_url(provider, environment), secrets, environment)
    payee = payment_connector(provider, account).identify()
    if payee != external_id:
        raise NeedsAttention("the credentials belong to another account", reason="other_account")
    with acting_for(supplier_id, actor):
        return save_payment_account(
            supplier_id,
            provider=provider,
            external_id=external_id,
            environment=environment,
            secrets=secrets,
            now=now,
        )


def webhook_url(account: PaymentAccount) -> str:
    """Where the provider sends its webhooks for this account."""
    return f"{settings.BASE_URL}/hooks/payments/{account.pk}"
