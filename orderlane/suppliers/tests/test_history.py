"""What a supplier sets up leaves a row in the history: who, what, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.catalog.actions.save_goods import save_product, save_shipping
from orderlane.kernel.money import Money
from orderlane.suppliers.actions.supplier_settings import save_payment_account, start_trading
from orderlane.suppliers.models import PaymentAccount, TradingRelation
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import acting_for

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACTOR = "member:test"


def _organization(kind: OrganizationKind) -> Organization:
    return Organization.objects.create(kind=kind, name=kind, country="FR", created_at=NOW)


def _history() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("action", "actor"))


def test_starting_to_trade_is_recorded_once_and_both_sides_read_it() -> None:
    retailer, supplier = _organization(OrganizationKind.RETAILER), _organization(OrganizationKind.SUPPLIER)
    for _ in range(2):
        with acting_for(retailer.pk, ACTOR):
            start_trading(retailer.pk, supplier.pk, now=NOW)
    for side in (retailer, supplier):
        with acting_for(side.pk, ACTOR):
            assert TradingRelation.objects.count() == 1
            assert _history() == [("trading.started", ACTOR)]


def test_an_account_that_is_replaced_is_recorded_as_closed() -> None:
    supplier = _organization(OrganizationKind.SUPPLIER)
    with acting_for(supplier.pk, ACTOR):
        for external_id in ("acct_1", "acct_2", "acct_2"):
            save_payment_account(
                supplier.pk, provider="stripe", external_id=external_id, environment="test", secrets={}, now=NOW
            )
        assert [action for action, _ in _history()] == [
            "payment_account.connected",
            "payment_account.closed",
            "payment_account.connected",
            "payment_account.connected",
        ]
        closed = AuditEntry.objects.get(action="payment_account.closed")
        assert PaymentAccount.objects.get(pk=closed.about_id).external_id == "acct_1"
        assert [row.external_id for row in PaymentAccount.objects.filter(active=True)] == ["acct_2"]


def test_prices_are_recorded_when_they_change_and_only_then() -> None:
    supplier = _organization(OrganizationKind.SUPPLIER)
    with acting_for(supplier.pk, ACTOR):
        for minor in (790, 790, 850):
            save_product(supplier.pk, "MUG", price=Money(minor, "EUR"), now=NOW, title="Mug")
        assert [action for action, _ in _history()] == ["product.created", "product.price_changed"]
        change = AuditEntry.objects.get(action="product.price_changed")
        assert change.detail == {"old": str(Money(790, "EUR")), "new": str(Money(850, "EUR"))}
        save_shipping(supplier.pk, Money(590, "EUR"), now=NOW)
        assert AuditEntry.objects.get(action="shipping.price_saved").detail == {"new": str(Money(590, "EUR"))}
