"""A customer follows an order on a phone, in French; its retailer chooses the looks, and what to hear of by e-mail."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import problems_of
from tests.browser.demo_tree import Demo
from tests.browser.story import LONG_MS, place_order, sign_in
from tests.browser.watching import DESKTOP, PHONE, picture, window
from tests.browser.words import PEOPLE, WORDS

pytestmark = pytest.mark.xdist_group("browser")
WORD = WORDS["fr"]


def _shipped_in_part(page: Page, demo: Demo) -> tuple[str, str]:
    """A sale of two suppliers' goods, of which one supplier's have left; returns its numbers in the store and here."""
    store_number = place_order(page, demo, "fr", "mixed")
    page.goto(f"{demo.web}/orders")
    row = page.locator("[data-row]").filter(has_text=store_number).filter(has_text="Porto Cork")
    expect(row).to_be_visible(timeout=LONG_MS)
    number = row.locator("a.table__strong").inner_text()
    page.goto(f"{demo.web}/orders/{number}")
    page.locator("summary").filter(has_text=WORD["mark_ordered"]).click()
    page.get_by_label(WORD["supplier_number"]).fill("PC-8001")
    page.get_by_role("button", name=WORD["mark_ordered"]).click()
    page.locator("summary").filter(has_text=WORD["add_tracking"]).click()
    page.locator("#tracking").get_by_label(WORD["number"]).fill("6A14200012345")
    page.locator("#tracking").get_by_label("Transporteur").fill("Colissimo")
    page.get_by_role("button", name=WORD["save"]).click()
    expect(page.get_by_role("article")).to_contain_text("6A14200012345")
    return store_number, number


def test_a_customer_follows_an_order_on_a_phone_in_french(demo: Demo, browser: Browser) -> None:
    with window(browser, "fr", permissions=["clipboard-read", "clipboard-write"]) as desk:
        sign_in(desk, demo, "fr")
        store_number, number = _shipped_in_part(desk, demo)
        desk.get_by_role("button", name="Copier le lien vers la page de suivi").click()
        link = desk.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(rf"{demo.web}/track/[\w-]{{43,}}", link)
        picture(desk, "fr-order-tracking-link")
        with window(browser, "fr", size=PHONE, java_script_enabled=False) as phone:
            phone.goto(link)
            expect(phone.get_by_role("heading", level=1)).to_have_text("Une partie de votre commande est en route")
            expect(phone.get_by_text(f"Commande {store_number}")).to_be_visible()
            expect(phone.get_by_text("6A14200012345")).to_be_visible()
            expect(phone.get_by_text("Porto Cork")).to_have_count(0)
            assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            picture(phone, "fr-tracking-phone")
            phone.get_by_role("link", name="English").click()
            expect(phone.get_by_role("heading", level=1)).to_have_text("A part of your order is on its way")
            assert phone.context.cookies() == []
        for scheme in ("light", "dark"):
            with window(browser, "fr", size=PHONE, color_scheme=scheme) as phone:
                phone.goto(link)
                assert problems_of(phone) == []
                picture(phone, f"fr-tracking-phone-{scheme}")
        desk.get_by_role("button", name="Retirer le lien").click()
        expect(desk.get_by_text("il ne mène plus nulle part")).to_be_visible()
        desk.goto(f"{demo.web}/orders/{number}")
        expect(desk.get_by_role("button", name="Créer un nouveau lien")).to_be_visible()


def test_a_link_that_leads_nowhere_says_so_kindly(demo: Demo, browser: Browser) -> None:
    with window(browser, "fr", size=PHONE) as phone:
        # The browser rightly counts the 404 among its errors, so the page is fetched and shown without one.
        answer = phone.request.get(f"{demo.web}/track/{'x' * 43}", headers={"Accept-Language": "fr"})
        assert answer.status == 404
        assert "Ce lien ne mène nulle part" in answer.text()


@pytest.mark.parametrize(("language", "size"), [("fr", DESKTOP), ("en", PHONE)])
def test_the_looks_are_tried_before_they_are_saved(
    demo: Demo, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    says = {
        "fr": {
            "color": "Couleur de l’en-tête",
            "preview": "Aperçu",
            "heading": "Une partie de votre commande",
            "save": "Enregistrer",
            "saved": "Enregistré.",
        },
        "en": {
            "color": "Color of the header",
            "preview": "Preview",
            "heading": "A part of your order",
            "save": "Save",
            "saved": "Saved.",
        },
    }[language]
    with window(browser, language, size=size) as page:
        sign_in(page, demo, language)
        page.goto(f"{demo.web}/settings/tracking-page")
        sample = page.frame_locator("iframe[name=preview]")
        expect(sample.get_by_role("heading", level=1)).to_contain_text(says["heading"])
        page.get_by_label(says["color"]).fill("#0b5d4e")
        page.get_by_role("button", name=says["preview"]).click()
        expect(sample.locator(".public__head")).to_have_css("background-color", "rgb(11, 93, 78)")
        assert problems_of(page) == []
        picture(page, f"{language}-settings-tracking-page")
        page.reload()
        expect(sample.locator(".public__head")).to_have_css("background-color", "rgb(27, 27, 25)")
        page.get_by_label(says["color"]).fill("#123456")
        page.get_by_role("button", name=says["preview"]).click()
        expect(sample.locator(".public__head")).to_have_css("background-color", "rgb(18, 52, 86)")
        page.get_by_role("button", name=says["save"]).click()
        expect(page.get_by_text(says["saved"])).to_be_visible()
        expect(sample.locator(".public__head")).to_have_css("background-color", "rgb(18, 52, 86)")


@pytest.mark.parametrize(("language", "size"), [("fr", PHONE), ("en", DESKTOP)])
def test_a_member_chooses_what_to_hear_of(demo: Demo, browser: Browser, language: str, size: tuple[int, int]) -> None:
    with window(browser, language, size=size) as page:
        sign_in(page, demo, language)
        page.goto(f"{demo.web}/settings/notifications")
        assert problems_of(page) == []
        picture(page, f"{language}-settings-notifications")
        page.locator("input[name=supplier_late][value=never]").check()
        page.locator(".card__foot button").click()
        expect(page.get_by_text({"fr": "Enregistré.", "en": "Saved."}[language])).to_be_visible()
        expect(page.locator("input[name=supplier_late][value=never]")).to_be_checked()


def test_a_digest_is_read_in_the_mailbox_and_stopped_from_there(demo: Demo, browser: Browser) -> None:
    sale = {"lines": [{"sku": "ML-CARTE", "quantity": 1}]}
    httpx.post(f"{demo.sandbox}/shopify/{PEOPLE['fr'][1]}/_sandbox/orders", json=sale).raise_for_status()
    with window(browser, "fr") as page:
        sign_in(page, demo, "fr")
        page.goto(f"{demo.web}/products")
        expect(page.get_by_text("Carte cadeau").first).to_be_visible(timeout=LONG_MS)
        page.goto(f"{demo.web}/settings/notifications")
        page.get_by_role("button", name="M’en envoyer un maintenant").click()
        expect(page.get_by_text("Le récapitulatif est en route")).to_be_visible()
        mailbox = page.get_by_role("link", name=re.compile("votre attention chez Maison Lumen"))
        page.goto(f"{demo.sandbox}/mailbox/")
        for _second in range(LONG_MS // 1000):
            if mailbox.count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        mailbox.first.click()
        letter = page.frame_locator("iframe.letter")
        expect(letter.get_by_role("heading", name=re.compile("Produits sans fournisseur"))).to_be_visible()
        stop = letter.get_by_role("link", name="Arrêter ces e-mails").get_attribute("href")
        assert stop
        page.goto(page.url + "/html")
        picture(page, "fr-mail-digest")
        with window(browser, "fr", size=PHONE, java_script_enabled=False) as phone:
            phone.goto(stop)
            phone.get_by_role("button", name="Les arrêter").click()
            expect(phone.get_by_text("ne reçoit plus le récapitulatif quotidien")).to_be_visible()
            picture(phone, "fr-stop-mails")
        page.goto(f"{demo.web}/settings/notifications")
        expect(page.locator("input[name=needs_attention][value=never]")).to_be_checked()
        picture(page, "fr-settings-notifications-sent")
