"""Daily pages while things happen elsewhere, and with what nobody wishes for: long names, large sums, odd letters."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import problems_of
from tests.browser.demo_tree import Demo
from tests.browser.story import LONG_MS, place_order, sign_in
from tests.browser.watching import DESKTOP, PHONE, picture, window
from tests.browser.words import PEOPLE, WORDS

pytestmark = pytest.mark.xdist_group("browser")
SAYS = {
    "en": {"outside": "Outside Orderlane", "left_out": "1 purchase order is left out of the payment:",
           "why": "ordered and paid on the supplier’s own website"},
    "fr": {"outside": "Hors d’Orderlane", "left_out": "1 bon de commande est exclu du paiement :",
           "why": "à commander et à régler sur le site du fournisseur"},
}  # fmt: skip
TURNED = "\u202etxt.exe"
LONG_CITY = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2


def _ordered(page: Page, demo: Demo, language: str, supplier: str) -> str:
    """A new sale of two suppliers' goods; returns the number of one supplier's purchase order."""
    store_number = place_order(page, demo, language, "mixed")
    page.goto(f"{demo.web}/orders")
    row = page.locator("[data-row]").filter(has_text=store_number).filter(has_text=supplier)
    expect(row).to_be_visible(timeout=LONG_MS)
    return row.locator("a.table__strong").inner_text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_open_order_page_follows_what_happens_and_keeps_what_is_typed(
    demo: Demo, browser: Browser, language: str
) -> None:
    words = WORDS[language]
    with window(browser, language) as page:
        sign_in(page, demo, language)
        number = _ordered(page, demo, language, "Porto Cork")
        page.goto(f"{demo.web}/orders/{number}")
        page.locator("summary").filter(has_text=words["add_tracking"]).click()
        page.locator("#tracking").get_by_label(words["number"]).fill("HALF-TYPED")
        with page.context.new_page() as elsewhere:
            elsewhere.goto(f"{demo.web}/orders/{number}")
            elsewhere.locator("summary").filter(has_text=words["mark_ordered"]).click()
            elsewhere.get_by_label(words["supplier_number"]).fill("PC-7002")
            elsewhere.get_by_role("button", name=words["mark_ordered"]).click()
            expect(elsewhere.get_by_text(words["noted"])).to_be_visible()
        page.bring_to_front()
        states = page.locator("#live-states")
        expect(states).to_contain_text(SAYS[language]["outside"], timeout=LONG_MS)
        expect(states).to_contain_text(words["with_supplier"])
        expect(page.locator("#live-side")).to_contain_text("PC-7002")
        expect(page.locator("#live-ordered")).to_be_empty()
        expect(page.locator("#tracking").get_by_label(words["number"])).to_have_value("HALF-TYPED")
        page.get_by_role("button", name=words["save"]).click()
        parcel = page.get_by_role("article")
        expect(parcel).to_contain_text("HALF-TYPED")
        expect(parcel.get_by_text(words["in_store"], exact=True)).to_be_visible(timeout=LONG_MS)
        assert problems_of(page) == []
        page.goto(f"{demo.web}/orders?tab=unpaid&q={number}")
        expect(page.locator("[data-row]")).to_have_count(0)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_left_out_of_a_payment_is_named_with_its_reason(demo: Demo, browser: Browser, language: str) -> None:
    with window(browser, language) as page:
        sign_in(page, demo, language)
        by_hand = _ordered(page, demo, language, "Porto Cork")
        payable = page.locator("[data-row]").filter(has_text=PEOPLE[language][2]).first
        payable.locator("[data-tick]").check()
        left_out = page.locator("[data-left-out]")
        expect(left_out).to_be_hidden()
        counted, summed = page.locator("[data-count-text]").inner_text(), page.locator("[data-sum]").inner_text()
        assert counted.startswith("1 ")
        page.get_by_label(WORDS[language]["tick"].format(by_hand), exact=True).check()
        expect(page.locator("[data-note]")).to_contain_text(SAYS[language]["left_out"])
        expect(left_out).to_have_text(f"{by_hand} — {SAYS[language]['why']}")
        # What is left out is neither counted nor summed.
        expect(page.locator("[data-count-text]")).to_have_text(counted)
        expect(page.locator("[data-sum]")).to_have_text(summed)
        picture(page, f"{language}-orders-left-out")
        assert problems_of(page) == []


def test_without_scripts_what_is_left_out_is_said_at_the_checkout(demo: Demo, browser: Browser) -> None:
    with window(browser, "en", java_script_enabled=False) as page:
        sign_in(page, demo, "en")
        store_number = place_order(page, demo, "en", "mixed")
        rows = page.locator("[data-row]").filter(has_text=store_number)
        for _ in range(30):
            page.goto(f"{demo.web}/orders?q={store_number.lstrip('#')}")
            if rows.count() == 2:
                break
            page.wait_for_timeout(1000)
        for row in rows.all():
            row.locator("[data-tick]").check()
        page.get_by_role("button", name=WORDS["en"]["pay_now"]).click()
        expect(page.get_by_text("Left out of the payment: OL-")).to_contain_text(SAYS["en"]["why"])
        expect(page.get_by_label("PayPal")).to_be_visible()


def test_long_names_large_sums_and_turned_letters_break_no_page(demo: Demo, browser: Browser) -> None:
    address = {"first_name": TURNED, "last_name": "W" * 120, "address1": "1 rue", "city": LONG_CITY, "zip": "69001",
               "country": "France", "country_code": "FR"}  # fmt: skip
    body = {"lines": [{"sku": "AB-BOU-FIG-180", "quantity": 999_999}], "address": address}
    bought = httpx.post(f"{demo.sandbox}/shopify/{PEOPLE['fr'][1]}/_sandbox/orders", json=body, trust_env=False)
    store_number = bought.json()["order"]["name"]
    with window(browser, "fr") as page:
        sign_in(page, demo, "fr")
        row = page.locator("[data-row]").filter(has_text=store_number)
        expect(row).to_be_visible(timeout=LONG_MS)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.goto(f"{demo.web}/orders")
            box = page.locator(".table-box")
            assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
            picture(page, f"fr-orders-large-{size[0]}")
            assert problems_of(page) == []
            page.goto(f"{demo.web}{row.get_attribute('data-href')}")
            picture(page, f"fr-order-large-{size[0]}")
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
            assert problems_of(page) == []
            copied = page.locator("#address").inner_text()
            assert "\u202e" not in page.content()
            assert copied.startswith("txt.exe W")
            assert LONG_CITY.upper() in copied


def test_the_count_of_what_needs_attention_is_live_and_one(demo: Demo, browser: Browser) -> None:
    with window(browser, "en") as page:
        sign_in(page, demo, "en")
        side, tab = page.locator("#attention-count"), page.locator(".tab[href='/attention'] .count")
        before = int(side.inner_text() or "0") if side.is_visible() else 0
        body = {"lines": [{"title": "Something custom", "quantity": 1, "price": "5.00"}]}
        address = f"{demo.sandbox}/shopify/{PEOPLE['en'][1]}/_sandbox/orders"
        assert httpx.post(address, json=body, trust_env=False).status_code < 400
        expect(side).to_have_text(str(before + 1), timeout=LONG_MS)
        expect(tab).to_have_text(str(before + 1))
        expect(page.locator("#attention-count")).to_have_count(1)
        tab.click()
        expect(page).to_have_url(f"{demo.web}/attention")
        expect(page.locator(".goods .good")).to_have_count(before + 1)
