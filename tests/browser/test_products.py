"""Matching products on a phone, in French: by one press, by keyboard, by spreadsheet, and without scripts."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import problems_of
from tests.browser.demo_tree import Demo
from tests.browser.story import LONG_MS, sign_in
from tests.browser.watching import DESKTOP, PHONE, picture, window
from tests.browser.words import PEOPLE

pytestmark = pytest.mark.xdist_group("browser")
CANDLE, POSTCARD = "ML-FIGUIER", "ML-CARTE"


def _sold(page: Page, demo: Demo, sku: str) -> str:
    """A customer buys it; returns the store's number once the product waits on the page."""
    address = f"{demo.sandbox}/shopify/{PEOPLE['fr'][1]}/_sandbox/orders"
    bought = httpx.post(address, json={"lines": [{"sku": sku, "quantity": 1}]}, trust_env=False).json()
    number = str(bought["order"]["name"])
    row = page.locator("[data-row]").filter(has_text=sku)
    for _ in range(LONG_MS // 1000):
        page.goto(f"{demo.web}/products?tab=all&q={sku}")
        if row.count():
            return number
        page.wait_for_timeout(1000)
    raise AssertionError(f"{sku} never came")


def test_a_product_is_matched_by_one_press_and_its_order_becomes_payable(demo: Demo, browser: Browser) -> None:
    with window(browser, "fr", size=PHONE) as page:
        sign_in(page, demo, "fr")
        number = _sold(page, demo, CANDLE)
        page.goto(f"{demo.web}/products?q={CANDLE}")
        row = page.locator("[data-row]").filter(has_text=CANDLE)
        expect(row).to_contain_text("1 commande devient payable")
        expect(row.locator(".mark").first).to_contain_text("Titre ressemblant")
        row.locator("summary").click()
        expect(row.get_by_role("link", name=number)).to_be_visible()
        for width, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
            page.set_viewport_size({"width": width[0], "height": width[1]})
            picture(page, f"fr-products-{name}")
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
            assert problems_of(page) == []
        # By keyboard alone: to the first row, and accept.
        page.keyboard.press("j")
        expect(row.locator("a.table__strong")).to_be_focused()
        page.keyboard.press("a")
        expect(page.get_by_text("Enregistré. 1 commande devient payable :")).to_be_visible()
        assert f"q={CANDLE}" in page.url
        page.get_by_role("link", name="voir les commandes à payer").click()
        expect(page.locator("[data-row]").filter(has_text=number)).to_be_visible(timeout=LONG_MS)
        page.goto(f"{demo.web}/products?tab=matched&q={CANDLE}")
        expect(row).to_contain_text("choisi par vous")
        picture(page, "fr-products-matched")
        row.get_by_role("link", name="Modifier").click()
        expect(page.get_by_role("button", name="Choisir Bougie").first).to_be_visible()
        picture(page, "fr-product-choice")
        assert problems_of(page) == []
        page.get_by_role("button", name="Revenir sur ce choix").click()
        expect(page.get_by_text("Le choix est annulé.")).to_be_visible()


def test_answers_by_spreadsheet_without_scripts(demo: Demo, browser: Browser, tmp_path: Path) -> None:
    with window(browser, "fr", size=PHONE, java_script_enabled=False) as page:
        sign_in(page, demo, "fr")
        _sold(page, demo, POSTCARD)
        page.goto(f"{demo.web}/products?tab=all&q={POSTCARD}")
        page.get_by_role("link", name="Par tableur").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Ce que j’ai filtré").click()
        rows = list(csv.DictReader(StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
        assert [row["sku"] for row in rows] == [POSTCARD]
        text = StringIO()
        sheet = csv.DictWriter(text, list(rows[0]), delimiter=";")
        sheet.writeheader()
        sheet.writerows([rows[0] | {"status": "own", "supplier_sku": ""}, rows[0] | {"supplier_sku": "=1+1"}])
        filled = tmp_path / "produits.csv"
        filled.write_bytes(text.getvalue().encode("cp1252"))
        page.get_by_label("Fichier CSV").set_input_files(filled)
        page.get_by_role("button", name="Envoyer").click()
        report = page.locator("#report")
        for _ in range(LONG_MS // 1000):
            if report.get_by_role("cell", name="commence comme une formule").count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        expect(report.get_by_role("cell", name="Une cellule commence comme une formule")).to_be_visible()
        expect(report).to_contain_text("produits.csv")
        picture(page, "fr-products-file")
        assert page.locator(".table-box").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
        page.goto(f"{demo.web}/products?tab=own&q={POSTCARD}")
        expect(page.locator("[data-row]").filter(has_text=POSTCARD)).to_contain_text("Vous l’expédiez vous-même.")
