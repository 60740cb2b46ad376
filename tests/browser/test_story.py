"""The promises of the product, kept in front of a person: in both languages, on both kinds of screen."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import problems_of
from tests.browser.demo_tree import Demo
from tests.browser.story import Told, place_order, sign_in
from tests.browser.watching import DESKTOP, PHONE, picture, window
from tests.browser.words import WORDS

# One process for all of them: they share one demonstration.
pytestmark = pytest.mark.xdist_group("browser")
LANGUAGES = ("fr", "en")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCREENS = {"desktop": DESKTOP, "phone": PHONE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_story_is_lived_to_its_end(stories: dict[str, Told], language: str) -> None:
    told = stories[language]
    assert len({told.by_card, told.by_hand, *told.in_bulk}) == 4


@pytest.mark.parametrize("screen", ["desktop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_accessible_and_fit_the_screen(
    demo: Demo, browser: Browser, stories: dict[str, Told], language: str, screen: str
) -> None:
    wrong = []
    with window(browser, language, size=SCREENS[screen]) as page:
        page.goto(f"{demo.web}/account/login/")
        wrong += _look(page, f"{language}-{screen}", "sign-in")
        sign_in(page, demo, language)
        for name, path in _pages(page, demo, stories[language]):
            page.goto(f"{demo.web}{path}")
            wrong += _look(page, f"{language}-{screen}", name)
    assert not wrong, "\n".join(wrong)


def _look(page: Page, place: str, name: str) -> list[str]:
    """Keep the page in light and dark, and say what is wrong with it."""
    wrong = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{place}-{scheme}-{name}")
        wrong += [f"{name}, {scheme}: {problem}" for problem in problems_of(page, colors_only=scheme == "dark")]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*wrong, f"{name}: {wider} px wider than the screen"] if wider > 0 else wrong


def _pages(page: Page, demo: Demo, told: Told) -> list[tuple[str, str]]:
    """The daily pages with something to show on each; the checkout's address is that of a fresh quote."""
    page.goto(f"{demo.web}/payments")
    payment = page.locator("a.table__strong").first.get_attribute("href") or ""
    return [
        ("orders", "/orders"),
        ("orders-empty", "/orders?q=nothing-like-this"),
        ("order", f"/orders/{told.by_card}"),
        ("order-by-hand", f"/orders/{told.by_hand}"),
        ("payments", "/payments"),
        ("payment", payment),
        ("result", f"{payment}/return"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_products_ticked_alone_are_paid_alone(
    demo: Demo, browser: Browser, stories: dict[str, Told], language: str
) -> None:
    words = WORDS[language]
    with window(browser, language) as page:
        sign_in(page, demo, language)
        store_number = place_order(page, demo, language, "many")
        page.goto(f"{demo.web}/orders")
        row = page.locator("[data-row]").filter(has_text=store_number)
        expect(row).to_have_count(1, timeout=30_000)
        number = row.locator("a.table__strong").inner_text()
        page.get_by_label(words["show"].format(number), exact=True).check()
        page.locator(f"[data-product-of={number}]").first.check()
        assert row.locator("[data-tick]").evaluate("tick => tick.indeterminate")
        picture(page, f"{language}-orders-product-ticked")
        page.get_by_role("button", name=words["pay_now"]).click()
        expect(page.locator(".goods .good")).to_have_count(1)
        for screen, (width, height) in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            assert _look(page, f"{language}-{screen}", "checkout") == []
        page.goto(f"{demo.web}/orders?q={store_number.lstrip('#')}")
        expect(page.locator("[data-row]").filter(has_text=store_number)).to_have_count(2)


def test_the_list_is_worked_by_keyboard(demo: Demo, browser: Browser, stories: dict[str, Told]) -> None:
    with window(browser, "en") as page:
        sign_in(page, demo, "en")
        rows = page.locator("[data-row]")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(rows.nth(1).locator("[data-tick]")).to_be_checked()
        page.keyboard.press("k")
        number = rows.nth(0).locator("a.table__strong").inner_text()
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{demo.web}/orders/{number}")
        page.goto(f"{demo.web}/orders")
        page.keyboard.press("/")
        page.keyboard.type(stories["en"].by_card)
        expect(rows).to_have_count(1)
        expect(page.locator("#search")).to_be_focused()


def test_everything_works_without_scripts(demo: Demo, browser: Browser, stories: dict[str, Told]) -> None:
    with window(browser, "en", java_script_enabled=False) as page:
        sign_in(page, demo, "en")
        store_number = place_order(page, demo, "en", "many")
        _reload_until_listed(page, demo, store_number)
        row = page.locator("[data-row]").filter(has_text=store_number)
        picture(page, "en-no-script-orders")
        row.locator("[data-tick]").check()
        page.get_by_role("button", name="Pay now").click()
        page.get_by_label("PayPal").check()
        picture(page, "en-no-script-checkout")
        page.locator("form[action$='/pay'] button[type=submit]").click()
        page.locator("button[value=pay]").click()
        expect(page.get_by_role("heading", name="paid to")).to_be_visible()
        picture(page, "en-no-script-result")


def _reload_until_listed(page: Page, demo: Demo, store_number: str) -> None:
    for _ in range(30):
        page.goto(f"{demo.web}/orders")
        if page.locator("[data-row]").filter(has_text=store_number).count():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{store_number} did not reach the list")
