"""Either port: what a poll tells of changed orders, over several pages and while the list moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from orderlane.ports.stores import OrderPage, OrderRef
from tests.contracts.outside import RETAILER, SUPPLIER, Outside

OVERLAP = timedelta(minutes=1)
PAGES = 50


def listing(outside: Outside, role: str) -> Callable[[datetime, str], OrderPage]:
    """The verb that lists changed orders, of either port."""
    return outside.store().changed_orders if role == RETAILER else outside.channel().changed_purchase_orders


def polled(
    ask: Callable[[datetime, str], OrderPage], since: datetime, after_page: Callable[[], None] = lambda: None
) -> list[list[OrderRef]]:
    """Every page of a poll."""
    pages, cursor = [], ""
    for _ in range(PAGES):
        page = ask(since, cursor)
        pages.append(list(page.refs))
        cursor = page.next_cursor
        if not cursor:
            return pages
        after_page()
    raise AssertionError("the list has no end")


@pytest.fixture(params=[RETAILER, SUPPLIER])
def role(request: pytest.FixtureRequest) -> str:
    """Both ports list changed orders."""
    return str(request.param)


def test_a_store_without_orders(outside: Outside, role: str) -> None:
    page = listing(outside, role)(datetime.now(UTC) - timedelta(days=30), "")
    assert (list(page.refs), page.next_cursor) == ([], "")


def test_every_page_oldest_change_first(outside: Outside, role: str) -> None:
    since, made = datetime.now(UTC) - OVERLAP, set[str]()
    for _ in range(3):
        made |= outside.buy_many(110, role)
        outside.sandbox.world.clock.advance(2)
    pages = polled(listing(outside, role), since)
    assert len([page for page in pages if page]) > 1
    refs = [ref for page in pages for ref in page]
    assert {ref.external_id for ref in refs} == made
    changed = [ref.updated_at for ref in refs]
    assert changed == sorted(changed)


def test_an_order_that_changed_at_the_asked_moment_is_listed_again(outside: Outside, role: str) -> None:
    outside.buy_many(2, role)
    outside.sandbox.world.clock.advance(60)
    made = outside.buy_many(2, role)
    ask = listing(outside, role)
    refs = [ref for page in polled(ask, datetime.now(UTC) - OVERLAP) for ref in page]
    since = min(ref.updated_at for ref in refs if ref.external_id in made)
    again = [ref for page in polled(ask, since) for ref in page]
    assert {ref.external_id for ref in again} == made
    assert len(refs) == 4


def test_a_change_moves_an_order_to_the_end(outside: Outside, role: str) -> None:
    first, second = outside.buy(role), outside.buy(role)
    outside.sandbox.world.clock.advance(2)
    outside.act(first, "edit", role, note="changed")
    refs = [ref for page in polled(listing(outside, role), datetime.now(UTC) - OVERLAP) for ref in page]
    assert [ref.external_id for ref in refs] == [outside.key(second), outside.key(first)]


def test_nothing_is_lost_while_the_list_moves(outside: Outside, role: str) -> None:
    since, made = datetime.now(UTC) - OVERLAP, set[str]()
    for _ in range(3):
        made |= outside.buy_many(110, role)
        outside.sandbox.world.clock.advance(2)
    untouched = sorted(made)

    def touch() -> None:
        # The oldest leave the page that is read next, and those behind them move up.
        for _ in range(3):
            outside.act(untouched.pop(0).rsplit("/", 1)[-1], "edit", role, note="touched")

    assert {ref.external_id for page in polled(listing(outside, role), since, touch) for ref in page} == made
    assert len(untouched) < len(made)


def test_a_store_whose_clock_runs_ten_minutes_ahead(outside: Outside, role: str) -> None:
    outside.sandbox.world.clock.advance(600)
    made = outside.buy_many(150, role)
    refs = [ref for page in polled(listing(outside, role), datetime.now(UTC) - OVERLAP) for ref in page]
    assert {ref.external_id for ref in refs} == made
    later = outside.buy_many(1, role)
    refs = [ref for page in polled(listing(outside, role), max(ref.updated_at for ref in refs)) for ref in page]
    assert later <= {ref.external_id for ref in refs}
