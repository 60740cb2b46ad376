"""An order as it comes in: of any size, of any age, one version after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.catalog.actions.save_goods import save_product
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.orders.actions.receive_order import receive_order
from orderlane.orders.models import Order, OrderLine
from orderlane.ports.stores import FinancialState, StoreIdentity, StoreOrder, StoreOrderLine
from orderlane.purchasing.actions.split_order import split_order
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.stores.actions.connect_store import connect_store
from orderlane.stores.models import Store
from orderlane.suppliers.actions.supplier_settings import start_trading
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEST = "test:orders"


def _store() -> Store:
    """A retailer's store, and a supplier whose one product (SKU ``MUG``) it sells."""
    owner = Member.objects.create_user("owner@example.com", "not-used-anywhere")
    with system_scope(TEST):
        retailer, supplier = (
            create_organization(name=kind, kind=kind, country="FR", owner=owner, now=NOW)
            for kind in (OrganizationKind.RETAILER, OrganizationKind.SUPPLIER)
        )
    with acting_for(supplier.pk, TEST):
        save_product(supplier.pk, "MUG", price=Money(790, "EUR"), now=NOW, title="Mug")
    with acting_for(retailer.pk, TEST):
        start_trading(retailer.pk, supplier.pk, now=NOW)
        identity = StoreIdentity("many.myshopify.com", "Many", "many.example", "EUR")
        return connect_store(organization_id=retailer.pk, platform="shopify", identity=identity, secrets={}, now=NOW)


def _told(lines: int, *, minutes: int = 0, price: Money | None = None) -> StoreOrder:
    each = price or Money(1500, "EUR")
    return StoreOrder(
        external_id="gid://shopify/Order/1",
        number="#1001",
        placed_at=NOW,
        updated_at=NOW + timedelta(minutes=minutes),
        financial_state=FinancialState.PAID,
        total=each * lines,
        lines=[
            StoreOrderLine(f"line-{n}", f"Mug {n}", 1, each, sku="MUG" if n % 2 == 0 else f"UNKNOWN-{n}")
            for n in range(lines)
        ],
        ship_to=Address(name="Camille Moreau", line1="14 rue des Capucins", city="Lyon", country="FR"),
    )


def _receive(store: Store, told: StoreOrder) -> bool:
    with acting_for(store.organization_id, TEST):
        news = receive_order(store, told, now=NOW)
        split_order(Order.objects.get(external_id=told.external_id).pk, now=NOW)
        return news


@pytest.mark.parametrize("lines", [0, 1, 10_000])
def test_an_order_of_any_size_is_kept_whole(lines: int) -> None:
    store = _store()
    assert _receive(store, _told(lines))
    with acting_for(store.organization_id, TEST):
        assert OrderLine.objects.count() == lines
        ordered = PurchaseOrderLine.objects.count()
        assert ordered == (lines + 1) // 2
        assert PurchaseOrder.objects.count() == (1 if ordered else 0)


def test_an_older_version_never_overwrites_a_newer_one() -> None:
    store = _store()
    assert _receive(store, _told(4, minutes=5))
    assert not _receive(store, _told(2, minutes=1))
    with acting_for(store.organization_id, TEST):
        assert OrderLine.objects.filter(quantity__gt=0).count() == 4


def test_a_change_within_the_same_second_is_news_and_a_repeat_is_none() -> None:
    store = _store()
    assert _receive(store, _told(4))
    assert not _receive(store, _told(4))
    assert _receive(store, _told(2))
    with acting_for(store.organization_id, TEST):
        assert OrderLine.objects.filter(quantity__gt=0).count() == 2
        # The lines that vanished keep their rows: purchase orders may point at them.
        assert OrderLine.objects.count() == 4


def test_a_canceled_order_is_revived_by_a_newer_version_alone() -> None:
    store = _store()
    _receive(store, replace(_told(2, minutes=5), canceled_at=NOW))
    for minutes in (1, 5):  # an older one that comes late, and one of the same second
        _receive(store, _told(2, minutes=minutes))
        with acting_for(store.organization_id, TEST):
            assert Order.objects.get().canceled_at == NOW
    _receive(store, _told(2, minutes=9))
    with acting_for(store.organization_id, TEST):
        assert Order.objects.get().canceled_at is None


def test_what_we_placed_ourselves_is_never_bought_even_when_its_marks_are_taken_off() -> None:
    store = _store()
    told = replace(_told(1), purchase_order="OL-100234")
    again = replace(told, purchase_order="", updated_at=NOW + timedelta(minutes=1))
    with acting_for(store.organization_id, TEST):
        for version in (told, again):
            assert receive_order(store, version, now=NOW)
            order = Order.objects.get()
            split_order(order.pk, now=NOW)
            assert (order.purchase_order, OrderLine.objects.get().match) == ("OL-100234", "placed_by_us")
            assert not PurchaseOrder.objects.exists()


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 1500), ("KWD", 12_345)])
def test_currencies_with_no_or_three_decimals_are_kept_exactly(currency: str, minor: int) -> None:
    store = _store()
    _receive(store, _told(3, price=Money(minor, currency)))
    with acting_for(store.organization_id, TEST):
        assert Order.objects.get().total == Money(minor * 3, currency)
        assert {line.unit_price_minor for line in OrderLine.objects.all()} == {minor}


def test_an_order_for_two_addresses_is_bought_in_two_purchase_orders() -> None:
    store = _store()
    here, there = (Address(name=name, line1="1 rue", city="Lyon", country="FR") for name in ("Ana", "Bo"))
    told = _told(4)
    lines = [replace(line, sku="MUG", ship_to=there if n >= 2 else None) for n, line in enumerate(told.lines)]
    with acting_for(store.organization_id, TEST):
        assert receive_order(store, replace(told, lines=lines, ship_to=here), now=NOW)
        order = Order.objects.get()
        split_order(order.pk, now=NOW)
        first = {po.ship_to.name: po for po in PurchaseOrder.objects.all()}
        assert {name: po.lines.count() for name, po in first.items()} == {"Ana": 2, "Bo": 2}
        # The order's own address moves; the other purchase order keeps its own.
        moved = replace(here, name="Anna")
        later = replace(told, lines=lines, ship_to=moved, updated_at=NOW + timedelta(minutes=1))
        assert receive_order(store, later, now=NOW)
        split_order(order.pk, now=NOW)
        then = {po.ship_to.name: po.pk for po in PurchaseOrder.objects.all()}
        assert then == {"Anna": first["Ana"].pk, "Bo": first["Bo"].pk}


def test_what_somebody_else_has_shipped_is_not_bought() -> None:
    store = _store()
    told = _told(1)
    [line] = told.lines
    with acting_for(store.organization_id, TEST):
        assert receive_order(store, replace(told, lines=[replace(line, quantity=3, fulfilled=2)]), now=NOW)
        order = Order.objects.get()
        split_order(order.pk, now=NOW)
        assert list(PurchaseOrderLine.objects.values_list("quantity", flat=True)) == [1]
        done = replace(told, lines=[replace(line, quantity=3, fulfilled=3)], updated_at=NOW + timedelta(minutes=1))
        assert receive_order(store, done, now=NOW)
        split_order(order.pk, now=NOW)
        [po] = PurchaseOrder.objects.all()
        assert (po.lines.count(), po.hold) == (0, "no_lines")


def test_only_what_people_want_to_hear_of_is_told_as_a_change() -> None:
    store = _store()
    first = _told(2)
    moved = replace(first, ship_to=replace(first.ship_to, city="Paris"), updated_at=NOW + timedelta(minutes=2))
    steps = [first, _told(2, minutes=1), moved, replace(_told(3, minutes=3), ship_to=moved.ship_to)]
    for told in steps:
        assert _receive(store, told)
    with acting_for(store.organization_id, TEST):
        changes = AuditEntry.objects.filter(action="order.updated").order_by("at", "id")
        assert [entry.detail["changed"] for entry in changes] == [["address"], ["lines", "prices"]]
        assert Order.objects.get().external_updated_at == NOW + timedelta(minutes=3)
