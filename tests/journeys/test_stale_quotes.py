"""A quote that no longer holds: it says so by itself, says what has changed, and one press makes a new one."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from orderlane.catalog.models import Product, ShippingProfile
from orderlane.kernel import clock
from orderlane.payments.models import Payment, Quote
from orderlane.purchasing.actions.split_order import split_order
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.visitors import LEA, SAM, everything, visitor
from tests.journeys.world import ACTOR, CANDLE, LUMEN, MUG, NORTHWIND, World


def page(quote: Quote, email: str, language: str = "en") -> str:
    """The checkout of a quote."""
    return unescape(visitor(email, language=language).get(f"/checkout/{quote.pk}").content.decode())


def renewed(quote: Quote, email: str, language: str = "en") -> str:
    """The checkout after the one press."""
    answer = visitor(email, language=language).post(f"/checkout/{quote.pk}/again", follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def payments_of(quote: Quote) -> int:
    """How many payments of a quote there are."""
    with system_scope(ACTOR):
        return Payment.objects.filter(quote=quote).count()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["This quote cannot be paid any more", "Get a new quote", "What a new quote changes", "Before: 2 ×"]),
        ("fr", ["Ce devis ne peut plus être payé", "Obtenir un nouveau devis", "Ce que change un nouveau devis"]),
    ],
)
def test_what_changed_is_said_before_and_after_the_new_quote(world: World, language: str, words: list[str]) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 2})
    quote = world.quote([po])
    assert "Pay with" in page(quote, SAM)
    world.act(NORTHWIND, order, "edit", quantities={MUG: 1}, address={"address1": "1 Elsewhere Road", "city": "Boise"})
    world.settle()
    shown = page(quote, SAM, language)
    assert [each for each in words if each not in shown] == []
    assert po.ship_to.line1 in shown
    assert "1 Elsewhere Road" in shown
    assert 'name="provider"' not in shown
    refused = visitor(SAM, language=language).post(f"/checkout/{quote.pk}/pay", {"provider": "stripe"})
    assert refused.status_code == 409
    assert f'action="/checkout/{quote.pk}/again"' in refused.content.decode()
    assert payments_of(quote) == 0
    fresh = renewed(quote, SAM, language)
    assert "1 Elsewhere Road" in fresh
    assert 'name="provider"' in fresh
    assert f'action="/checkout/{quote.pk}/pay"' not in fresh


def test_a_price_and_shipping_that_rose_are_named_with_both_figures(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    quote = world.quote([po])
    with system_scope(ACTOR):
        product, shipping = Product.objects.get(sku=MUG), ShippingProfile.objects.get(supplier_id=po.supplier_id)
        was = (product.price_minor, shipping.amount_minor)
        Product.objects.filter(pk=product.pk).update(price_minor=890)
        ShippingProfile.objects.filter(pk=shipping.pk).update(amount_minor=shipping.amount_minor + 100)
    with acting_for(po.retailer_id, ACTOR):
        split_order(po.order_id, now=clock.now())
    try:
        fresh = renewed(quote, SAM)
        for words in ("What has changed since the quote before", "Product cost", "$7.90", "$8.90", "Shipping", "Total"):
            assert words in fresh
        assert "Delivery address" not in fresh
    finally:
        with system_scope(ACTOR):
            Product.objects.filter(pk=product.pk).update(price_minor=was[0])
            ShippingProfile.objects.filter(pk=shipping.pk).update(amount_minor=was[1])


def test_an_expired_quote_is_renewed_in_one_press_and_says_that_nothing_changed(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    quote = world.quote([po])
    with clock.shifted(timedelta(minutes=31)):
        shown = page(quote, LEA)
        assert "It has expired" in shown
        assert "Get a new quote" in shown
        assert 'name="provider"' not in shown
        assert "Sold at a loss" not in shown
        fresh = renewed(quote, LEA)
    assert "Nothing in it has changed" in fresh
    assert 'name="provider"' in fresh


def test_a_stale_quote_does_not_compare_what_the_customer_paid_now_with_what_it_cost_then(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 6})
    quote = world.quote([po])
    assert "Sold at a loss" not in page(quote, SAM)
    world.act(NORTHWIND, order, "edit", quantities={MUG: 1})
    world.settle()
    shown = page(quote, SAM)
    assert "cannot be paid any more" in shown
    assert "Sold at a loss" not in shown


def test_what_can_no_longer_be_paid_is_left_out_of_the_new_quote_by_name(world: World) -> None:
    order, gone = world.ordered(NORTHWIND, {MUG: 1})
    _, stays = world.ordered(NORTHWIND, {MUG: 2})
    quote = world.quote([gone, stays])
    world.act(NORTHWIND, order, "cancel")
    world.settle()
    assert "Get a new quote" in page(quote, SAM)
    fresh = renewed(quote, SAM)
    assert f"Left out of the payment: {gone.number} (Canceled in the store)." in fresh
    assert f'Left out <span class="faint">{gone.number}</span>' in fresh


def test_with_nothing_left_to_pay_the_way_back_is_the_list(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    quote = world.quote([po])
    world.act(NORTHWIND, order, "cancel")
    world.settle()
    shown = page(quote, SAM)
    assert "/again" not in shown
    before = everything()
    answer = visitor(SAM).post(f"/checkout/{quote.pk}/again", follow=True)
    assert answer.redirect_chain[-1][0] == "/orders"
    assert f"{po.number} (Canceled in the store)" in answer.content.decode()
    assert everything() == before
