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
    new_account_id: UUID | None = None,
) -> PaymentAccount:
    """Try the credentials and save the account; raises NeedsAttention when they are refused or another account's.

    An empty ``external_id`` takes the account that the provider names. ``new_account_id`` names the row if
    it is new, because its webhook address has to be entered at the provider first.
    """
    account = Account(external_id, provider_url(provider, environment), secrets, environment)
    payee = payment_connector(provider, account).identify()
    if external_id and payee != external_id:
        raise NeedsAttention("the credentials belong to another account", reason="other_account")
    with acting_for(supplier_id, actor):
        return save_payment_account(
            supplier_id,
            provider=provider,
            external_id=payee,
            environment=environment,
            secrets=secrets,
            now=now,
            new_account_id=new_account_id,
        )


def webhook_url(account: PaymentAccount) -> str:
    """Where the provider sends its webhooks for this account."""
    return webhook_url_of(account.pk)


def webhook_url_of(account_id: UUID) -> str:
    """The same for an account that is only about to be connected."""
    return f"{settings.BASE_URL}/hooks/payments/{account_id}"
