"""Listing a large catalogue page by page, over real HTTP, while somebody deletes products from it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from orderlane.connectors.stores.ecwid.channel import EcwidOrderChannel
from orderlane.connectors.stores.ecwid.tests.examples import account
from orderlane.connectors.tests.loopback import Answer, Received, loopback


def test_products_that_move_forward_are_not_missed() -> None:
    there = [{"id": number, "name": f"P{number}", "price": 1, "sku": f"S{number}"} for number in range(1, 251)]

    def answer(request: Received) -> Answer:
        if "/profile" in request.path:
            return Answer(payload={"formatsAndUnits": {"currency": "EUR"}})
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        assert (query["enabled"], query["sortBy"]) == ("true", "ADDED_TIME_ASC")
        offset, limit = int(query.get("offset", 0)), int(query["limit"])
        items = there[offset : offset + limit]
        page = Answer(payload={"total": len(there), "count": len(items), "items": items})
        del there[:5]
        return page

    seen: set[str] = set()
    with loopback(answer) as server:
        channel, cursor, pages = EcwidOrderChannel(account(server.url)), "", 0
        while pages < 10:
            page = channel.list_goods(cursor)
            pages, cursor = pages + 1, page.next_cursor
            seen |= {good.variant_id for good in page.goods}
            if not cursor:
                break
    assert seen == {str(number) for number in range(1, 251)}
    assert pages == 3


def test_an_empty_catalogue_has_no_page() -> None:
    answers = {"/profile": {"formatsAndUnits": {"currency": "EUR"}}, "/products": {"total": 0, "items": []}}
    with loopback(lambda request: Answer(payload=answers[urlsplit(request.path).path])) as server:
        page = EcwidOrderChannel(account(server.url)).list_goods()
    assert (list(page.goods), page.next_cursor) == ([], "")
