"""The whole story, click by click: a sale in the store, two ways of paying, parcels, and tracking back in the store."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from tests.browser.demo_tree import Demo
from tests.browser.watching import SECONDS, picture, window
from tests.browser.words import PASSWORD, PEOPLE, WORDS

LONG_MS = 4 * SECONDS * 1000


@dataclass(frozen=True, slots=True)
class Told:
    """What the story left behind, for a look at every page afterwards."""

    by_card: str
    """Number of the purchase order paid by card and shipped in two parcels."""
    in_bulk: list[str]
    by_hand: str
    """Number of a purchase order of a supplier without auto-order."""


def live_the_story(demo: Demo, browser: Browser, language: str) -> Told:
    """Live it once, asserting each step; the window itself asserts that nothing went wrong on the way."""
    with window(browser, language) as page:
        page.goto(f"{demo.web}/")
        picture(page, f"{language}-sign-in")
        sign_in(page, demo, language)
        big, small, other = _buy(page, demo, language)
        by_card = _number_of(page, big, PEOPLE[language][2])
        _pay_by_card(page, demo, language, by_card)
        in_bulk = [_number_of(page, store_number, PEOPLE[language][2]) for store_number in (small, other)]
        _pay_in_bulk(page, demo, language, in_bulk)
        _ship_in_two_parcels(page, demo, language, by_card, big)
        by_hand = _number_of(page, small, "Porto Cork")
        _order_by_hand(page, demo, language, by_hand)
        return Told(by_card, in_bulk, by_hand)


def sign_in(page: Page, demo: Demo, language: str) -> None:
    """Sign in as the retailer who reads this language."""
    page.goto(f"{demo.web}/")
    page.locator("input[name=login]").fill(PEOPLE[language][0])
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=WORDS[language]["sign_in"]).click()
    expect(page).to_have_url(f"{demo.web}/orders")


def place_order(page: Page, demo: Demo, language: str, cart: str) -> str:
    """Buy in the retailer's shop front; returns the store's own number of the order."""
    page.goto(f"{demo.sandbox}/shopify/{PEOPLE[language][1]}/?cart={cart}")
    page.get_by_role("button", name=WORDS[language]["place"]).click()
    heading = page.get_by_role("heading", name=WORDS[language]["sale"]).inner_text()
    return heading.split()[1]


def _buy(page: Page, demo: Demo, language: str) -> list[str]:
    """Three sales, while the Orders list is open in another tab and must show them without a reload."""
    with page.context.new_page() as shop:
        numbers = [place_order(shop, demo, language, cart) for cart in ("many", "mixed", "mixed")]
    page.bring_to_front()
    for number in numbers:
        expect(page.locator("[data-row]").filter(has_text=number).first).to_be_visible(timeout=LONG_MS)
    picture(page, f"{language}-orders-new")
    return numbers


def _number_of(page: Page, store_number: str, supplier: str) -> str:
    row = page.locator("[data-row]").filter(has_text=store_number).filter(has_text=supplier)
    return row.locator("a.table__strong").inner_text()


def _tick(page: Page, language: str, number: str) -> None:
    page.get_by_label(WORDS[language]["tick"].format(number), exact=True).check()


def _pay_by_card(page: Page, demo: Demo, language: str, number: str) -> None:
    words = WORDS[language]
    _tick(page, language, number)
    page.get_by_role("button", name=words["pay_now"]).click()
    expect(page.get_by_text(number).first).to_be_visible()
    page.get_by_label(words["card"]).check()
    picture(page, f"{language}-checkout-card")
    page.locator("form[action$='/pay'] button[type=submit]").click()
    page.wait_for_url(f"{demo.sandbox}/stripe/**")
    page.locator("input[name=number]").fill("4242 4242 4242 4242")
    page.locator("input[name=expiry]").fill("12/34")
    page.locator("input[name=cvc]").fill("123")
    picture(page, f"{language}-stripe")
    page.locator("#pay").click()
    page.wait_for_url(f"{demo.web}/payments/**")
    expect(page.get_by_role("heading", name=words["paid_to"])).to_be_visible(timeout=LONG_MS)
    picture(page, f"{language}-paid-by-card")
    page.get_by_role("link", name=words["back"]).click()


def _pay_in_bulk(page: Page, demo: Demo, language: str, numbers: list[str]) -> None:
    words = WORDS[language]
    for number in numbers:
        _tick(page, language, number)
    picture(page, f"{language}-orders-ticked")
    page.get_by_role("button", name=words["pay_now"]).click()
    page.get_by_label("PayPal").check()
    page.locator("form[action$='/pay'] button[type=submit]").click()
    page.wait_for_url(f"{demo.sandbox}/paypal/**")
    picture(page, f"{language}-paypal")
    page.locator("button[value=cancel]").click()
    page.wait_for_url(f"{demo.web}/payments/**")
    expect(page.get_by_role("heading", name=words["waiting"])).to_be_visible()
    picture(page, f"{language}-payment-open")
    page.get_by_role("button", name=words["cancel"]).click()
    expect(page.get_by_text(words["canceled"])).to_be_visible()
    for number in numbers:
        _tick(page, language, number)
    page.get_by_role("button", name=words["pay_now"]).click()
    page.get_by_label("PayPal").check()
    page.locator("form[action$='/pay'] button[type=submit]").click()
    page.locator("button[value=pay]").click()
    page.wait_for_url(f"{demo.web}/payments/**")
    expect(page.get_by_role("heading", name=words["paid_to"])).to_be_visible(timeout=LONG_MS)
    page.get_by_role("link", name=words["back"]).click()


def _ship_in_two_parcels(page: Page, demo: Demo, language: str, number: str, store_number: str) -> None:
    words, (_, store, _, supplier_store) = WORDS[language], PEOPLE[language]
    order = page.locator("[data-row]").filter(has_text=number)
    expect(order.get_by_text(words["with_supplier"])).to_be_visible(timeout=LONG_MS)
    page.goto(f"{demo.sandbox}/shopify/{supplier_store}/orders")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    for left in page.locator("form[action$='/ship'] input[type=number]").all()[1:]:
        left.fill("0")
    page.get_by_label(words["numbers"], exact=True).fill("PARCEL0001")
    page.get_by_role("button", name=words["ship"]).click()
    page.get_by_label(words["numbers"], exact=True).fill("PARCEL0002")
    page.get_by_role("button", name=words["ship"]).click()
    picture(page, f"{language}-supplier-store")
    page.goto(f"{demo.web}/orders")
    expect(order.get_by_text(words["fulfilled"], exact=True)).to_be_visible(timeout=LONG_MS)
    page.goto(f"{demo.web}/orders/{number}")
    for tracking_number in ("PARCEL0001", "PARCEL0002"):
        expect(page.get_by_role("article").filter(has_text=tracking_number)).to_be_visible()
    _wait_until_in_store(page, words["in_store"], parcels=2)
    picture(page, f"{language}-order-shipped")
    page.goto(f"{demo.sandbox}/shopify/{store}/orders")
    sale = page.get_by_role("row").filter(has_text=store_number)
    expect(sale).to_contain_text("PARCEL0001")
    expect(sale).to_contain_text("PARCEL0002")
    sale.get_by_role("link").click()
    picture(page, f"{language}-retailer-store")
    page.goto(f"{demo.web}/orders")


def _wait_until_in_store(page: Page, words: str, parcels: int) -> None:
    """Reload, as a person would, until every parcel is in the store."""
    for _ in range(2 * SECONDS):
        if page.get_by_role("article").get_by_text(words, exact=True).count() == parcels:
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"the parcels did not reach the store: {page.get_by_role('article').all_inner_texts()}")


def _order_by_hand(page: Page, demo: Demo, language: str, number: str) -> None:
    """Without auto-order: note the supplier's number, then type the tracking number in with the double tick."""
    words = WORDS[language]
    page.goto(f"{demo.web}/orders/{number}")
    expect(page.get_by_text(words["non_auto"], exact=True)).to_be_visible()
    picture(page, f"{language}-order-by-hand")
    page.locator("summary").filter(has_text=words["mark_ordered"]).click()
    page.get_by_label(words["supplier_number"]).fill("PC-7001")
    page.get_by_role("button", name=words["mark_ordered"]).click()
    expect(page.get_by_text(words["noted"])).to_be_visible()
    page.locator("summary").filter(has_text=words["add_tracking"]).click()
    page.locator("#tracking").get_by_label(words["number"]).fill("??")
    page.get_by_role("button", name=words["save"]).click()
    picture(page, f"{language}-order-tracking-refused")
    number_field = page.locator("#tracking").get_by_label(words["number"])
    expect(number_field).to_have_value("??")
    number_field.fill("BYHAND0001")
    page.get_by_role("button", name=words["save"]).click()
    _wait_until_in_store(page, words["in_store"], parcels=1)
