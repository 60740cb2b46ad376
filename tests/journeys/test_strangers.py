"""Who may not: other retailers, suppliers, read-only members and strangers find nothing and change nothing."""

from __future__ import annotations

from tests.journeys.visitors import DANA, SAM, Ask, everything, lumen_desk, read_only_member, visitor
from tests.journeys.world import LANTERN, LUMEN, NORTHWIND, World


def test_another_retailer_finds_nothing_and_changes_nothing(world: World) -> None:
    desk = lumen_desk(world)
    sam = visitor(SAM)
    before = everything()
    for ask in desk.looks() + desk.acts():
        assert ask.by(sam).status_code == 404, ask
    assert everything() == before


def test_one_foreign_number_among_ones_own_refuses_the_whole_request(world: World) -> None:
    desk = lumen_desk(world)
    _, own = world.ordered(NORTHWIND, {LANTERN: 1})
    sam = visitor(SAM)
    before = everything()
    both = {"purchase_order": [own.number, desk.unpaid.number]}
    asks = [Ask("POST", path, both) for path in ("/checkout", "/orders/archive", "/orders/export")]
    asks += [Ask("POST", "/checkout", {"purchase_order": [own.number], "product": [desk.line]})]
    asks += [Ask("POST", "/checkout", {"purchase_order": [own.number], "product": ["no-uuid"]})]
    for ask in asks:
        assert ask.by(sam).status_code == 404, ask
    assert everything() == before


def test_a_parcel_is_only_found_under_its_own_order(world: World) -> None:
    desk = lumen_desk(world)
    before = everything()
    lea = visitor("lea@maison-lumen.example")
    wrong = f"/orders/{desk.unpaid.number}/parcels/{desk.parcel}"
    assert lea.post(wrong, {"number": "1Z999AA10123456784"}).status_code == 404
    assert lea.post(f"{wrong}/push").status_code == 404
    assert everything() == before


def test_a_supplier_finds_no_page_of_a_retailer(world: World) -> None:
    desk = lumen_desk(world)
    dana = visitor(DANA)
    before = everything()
    lists = [Ask("GET", "/orders", {}), Ask("GET", "/payments", {}), Ask("GET", "/checkout/next", {})]
    for ask in [*lists, Ask("POST", "/orders/sync", {}), *desk.looks(), *desk.acts()]:
        assert ask.by(dana).status_code == 404, ask
    assert everything() == before


def test_a_read_only_member_looks_and_changes_nothing(world: World) -> None:
    desk = lumen_desk(world)
    with read_only_member(world, LUMEN) as email:
        reader = visitor(email)
        before = everything()
        for ask in [Ask("GET", "/orders", {}), Ask("GET", "/payments", {}), *desk.looks()]:
            answer = ask.by(reader)
            assert answer.status_code == 200, ask
            assert b"/cancel" not in answer.content, ask
            assert b"/tracking" not in answer.content, ask
        for ask in [Ask("POST", "/orders/sync", {}), *desk.acts()]:
            assert ask.by(reader).status_code == 403, ask
        assert everything() == before


def test_who_is_signed_out_is_asked_to_sign_in(world: World) -> None:
    desk = lumen_desk(world)
    nobody = visitor()
    before = everything()
    for ask in [Ask("GET", "/orders", {}), *desk.looks(), *desk.acts()]:
        answer = ask.by(nobody)
        assert answer.status_code == 302, ask
        assert answer["Location"].startswith("/account/login/?next=/"), ask
    assert everything() == before
