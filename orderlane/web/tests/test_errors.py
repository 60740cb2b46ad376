"""What nobody wishes for at the pages: text no database holds, buttons opened like pages, forms too old, faults."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from orderlane.config.urls import handler500, urlpatterns
from orderlane.members.models import Member
from orderlane.purchasing.models import PurchaseOrderLine
from orderlane.web.tests.conftest import BACKEND, DANA, HUGO, LEA, Desk
from tests.journeys.world import CANDLE, LUMEN

SAMPLES = {"uuid": "00000000-0000-7000-8000-000000000000", "slug": "nothing", "str": "nothing"}
FIELDS = ("q", "next", "purchase_order", "product", "store", "variant", "title", "number", "login", "email", "answer")


def _addresses(found: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Every address of a page, with samples for what varies in it."""
    for each in found:
        here = before + str(each.pattern).removeprefix("^").removesuffix("\\Z").removesuffix("$")
        if isinstance(each, URLResolver):
            yield from _addresses(each.url_patterns, here)
        elif "hooks/" not in here and "healthz" not in here:
            here = re.sub(r"<(\w+):\w+>", lambda kind: SAMPLES[kind[1]], here)
            yield re.sub(r"\(\?P<\w+>[^)]*\)", "nothing", here)


BARE_ACTS = {"/orders/sync", "/supplier/products/import", "/supplier/store/auto-order", "/account/logout/"}
"""What is done as soon as it is pressed, whatever is sent with it."""
ADDRESSES = sorted(set(_addresses(get_resolver().url_patterns)))


def test_every_page_is_among_the_addresses() -> None:
    assert len(ADDRESSES) > 70
    assert {"/orders", "/checkout", "/account/login/", "/invitation/nothing"} <= set(ADDRESSES)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_takes_text_that_cannot_be_stored(desk: Desk, address: str) -> None:
    before = desk.history()
    for client in (Client(), desk.client(LEA)):
        for told in ({"q": "a\x00b"}, {"purchase_order": ["a", "a\x00b"]}, {"a\x00b": "c"}):
            assert client.get(address, told).status_code == 400, told
            assert client.post(address, told).status_code == 400, told
    assert desk.history() == before


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_breaks_on_nonsense(desk: Desk, address: str) -> None:
    before = desk.history()
    acts = "get" if address in BARE_ACTS else "post"
    for nonsense in ("no-uuid", "\ufffd%00' --", "9" * 400):
        told = dict.fromkeys(
            (*FIELDS, "page", "tab", "supplier", "retailer", "since", "until", "organization"), nonsense
        )
        for client in (desk.client(LEA), desk.client(DANA)):
            for answer in (client.get(address, told), getattr(client, acts)(address, told)):
                assert answer.status_code < 500
    assert desk.history() == before


def test_an_address_with_a_nul_byte_is_refused_in_the_readers_language(desk: Desk) -> None:
    for language, words in (("en", "something we cannot read"), ("fr", "illisible")):
        answer = desk.client(LEA, language).get("/invitation/%00")
        assert answer.status_code == 400
        text = answer.content.decode()
        assert f'<html lang="{language}"' in text
        assert words in text, text
        assert 'href="/"' in text


def test_a_cookie_with_a_nul_byte_is_like_none(desk: Desk) -> None:
    answer = Client(headers={"cookie": 'orderlane_session="abcdefgh\\000abc"; orderlane_language="\\000"'}).get(
        "/orders"
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=/orders"


BUTTONS = [
    ("/checkout", "/"),
    ("/checkout/{quote}/pay", "/checkout/{quote}"),
    ("/payments/{quote}/check", "/payments/{quote}"),
    ("/orders/archive", "/orders"),
    ("/orders/{number}/tracking", "/orders/{number}"),
    ("/language", "/"),
    ("/attention/forward/{quote}", "/attention"),
    ("/settings/members/invite", "/settings/members"),
]


@pytest.mark.parametrize(("button", "behind"), BUTTONS)
def test_a_button_opened_like_a_page_leads_to_the_page_it_is_on(desk: Desk, button: str, behind: str) -> None:
    _, po = desk.world.ordered(LUMEN, {CANDLE: 1})
    told = {"quote": desk.world.quote([po]).pk, "number": po.number}
    before = desk.history()
    answer = desk.client(LEA).get(button.format(**told))
    assert (answer.status_code, answer["Location"]) == (302, behind.format(**told))
    assert desk.history() == before


def test_the_way_back_ends_at_a_page_and_says_why_once(desk: Desk) -> None:
    address = f"/supplier/orders/{desk.delivered.number}/parcels/{desk.delivered.pk}/tell"
    answer = desk.client(HUGO).get(address, follow=True)
    assert answer.redirect_chain[-1] == (f"/supplier/orders/{desk.delivered.number}", 302)
    assert answer.content.decode().count("Nothing was sent.") == 1


def test_a_page_that_is_sent_something_says_so(desk: Desk) -> None:
    answer = desk.client(LEA, "fr").post("/orders", {"purchase_order": "x"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert "Cette page ne reçoit rien" in answer.content.decode()


def test_who_was_signed_out_while_ticking_finds_the_ticks_again(desk: Desk) -> None:
    _, po = desk.world.ordered(LUMEN, {CANDLE: 1})
    _, other = desk.world.ordered(LUMEN, {CANDLE: 1})
    line = desk.rows(PurchaseOrderLine, purchase_order=other)[0]
    before = desk.history()
    told = {"purchase_order": [po.number], "product": [str(line.pk)], "next": "/orders?tab=unpaid"}
    answer = Client().post("/checkout", told)
    assert answer["Location"].startswith("/account/login/?next=/orders%3Ftab")
    back = unquote(answer["Location"].partition("next=")[2])
    shown = desk.client(LEA).get(back).content.decode()
    assert set(re.findall(r'value="([^"]+)"[^>]* checked', shown)) == {str(line.pk), po.number}
    # What the buttons of the page come back to has no ticks any more.
    assert 'name="next" value="/orders?tab=unpaid"' in shown
    assert desk.history() == before


def test_a_form_that_is_too_old_leads_back_to_its_page(desk: Desk) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Member.objects.get(email=LEA), backend=BACKEND)
    before = desk.history()
    answer = browser.post("/checkout", {"purchase_order": ["OL-1"], "next": "/orders?tab=unpaid"})
    assert answer.status_code == 403
    assert 'href="/orders?tab=unpaid&amp;tick=OL-1"' in answer.content.decode()
    assert desk.history() == before


def breaks(request: HttpRequest) -> HttpResponse:
    """A view with a fault in it."""
    raise RuntimeError("the fault in the view")


class Broken:
    """The addresses of this installation, and one whose view has a fault."""

    urlpatterns = [*urlpatterns, path("breaks", breaks)]
    handler500 = handler500


@pytest.mark.parametrize(("language", "words"), [("en", "Something broke on our side"), ("fr", "notre côté")])
def test_a_fault_is_in_the_log_under_the_number_its_page_shows(
    desk: Desk, language: str, words: str, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = Broken  # type: ignore[attr-defined]  # pytest-django's
    client = desk.client(LEA, language)
    client.raise_request_exception = False
    [ours] = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    written = io.StringIO()
    monkeypatch.setattr(ours, "stream", written)
    answer = client.get("/breaks")
    number = answer["X-Request-Id"]
    text = answer.content.decode()
    assert answer.status_code == 500
    assert f'<html lang="{language}"' in text
    assert words in text
    assert number in text
    line, *traceback = written.getvalue().splitlines()
    assert f"ERROR django.request [{number}]" in line
    assert "/breaks" in line
    assert traceback[-1] == "RuntimeError: the fault in the view"
