"""From a supplier's payment account to the connector that talks to its provider."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from orderlane.ports import registry
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.payments import PaymentConnector
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.scope import acting_for


def payment_connector(provider: str, account: Account) -> PaymentConnector:
    """The connector of a provider on one account."""
    return registry.payments()[provider](account)


def provider_url(provider: str, environment: str) -> str:
    """Where a provider's API lives: the operator's setting, per environment."""
    url: str = settings.PROVIDER_API_URLS[provider][environment]
    return url


def connector_of(account_id: UUID, supplier_id: UUID, actor: str) -> PaymentConnector:
    """Unseal a supplier's payment account in the supplier's own scope, and return its connector."""
    with acting_for(supplier_id, actor):
        row: PaymentAccount = PaymentAccount.objects.get(pk=account_id)
        account = account_of(row)
    return payment_connector(row.provider, account)


def account_of(row: PaymentAccount) -> Account:
    """Unseal one payment account, inside the supplier's scope (or the webhook door's)."""
    return Account(
        external_id=row.external_id,
        api_url=provider_url(row.provider, row.environment),
        secrets=row.unseal(),
        environment=Environment(row.environment),
    )
