"""Why a purchase order cannot be paid: the true reason in each case, and what would change it."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest

from orderlane.purchasing.models import PurchaseOrder
from tests.journeys.visitors import SAM, everything, visitor
from tests.journeys.world import MUG, NORTHWIND, World


def _done(verb: str, **how: object) -> Callable[[World], PurchaseOrder]:
    def make(world: World) -> PurchaseOrder:
        order, po = world.ordered(NORTHWIND, {MUG: 1})
        world.act(NORTHWIND, order, verb, **how)
        world.settle()
        return world.fresh(po)

    return make


REASONS: list[tuple[str, Callable[[World], PurchaseOrder], str, str, str]] = [
    ("canceled_in_store", _done("cancel"), "Canceled in the store", "was canceled", "a été annulée"),
    ("refunded_in_store", _done("refund"), "Refunded in the store", "has the money back", "a été remboursé"),
    ("no_lines", _done("edit", quantities={MUG: 0}), "Nothing left to order", "An edit in the store", "a retiré ses"),
    (
        "customer_unpaid",
        lambda world: world.ordered(NORTHWIND, {MUG: 1}, paid=False)[1],
        "Customer has not paid",
        "as soon as the store says that the customer has paid",
        "dès que la boutique indiquera que le client a payé",
    ),
]


@pytest.mark.parametrize(("hold", "make", "title", "step", "french"), REASONS, ids=[each[0] for each in REASONS])
def test_the_order_page_names_the_true_reason(
    world: World, hold: str, make: Callable[[World], PurchaseOrder], title: str, step: str, french: str
) -> None:
    po = make(world)
    assert po.hold == hold
    shown = unescape(visitor(SAM).get(f"/orders/{po.number}").content.decode())
    assert title in shown
    assert step in shown
    assert french in unescape(visitor(SAM, language="fr").get(f"/orders/{po.number}").content.decode())
    assert ("as soon as the store says" in shown) == (hold == "customer_unpaid")
    before = everything()
    answer = visitor(SAM).post("/checkout", {"purchase_order": [po.number]}, follow=True)
    assert f"{po.number} ({title})" in unescape(answer.content.decode())
    assert everything() == before


def test_what_is_in_the_archive_says_so_and_comes_back(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    sam = visitor(SAM)
    sam.post("/orders/archive", {"purchase_order": [po.number]})
    assert "It is left out of the daily lists" in sam.get(f"/orders/{po.number}").content.decode()
    back = sam.post("/orders/archive", {"purchase_order": [po.number], "next": f"/orders/{po.number}"}, follow=True)
    assert "It is left out of the daily lists" not in back.content.decode()
    assert world.fresh(po).archived_at is None
