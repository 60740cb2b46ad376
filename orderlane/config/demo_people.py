"""The people and companies of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from orderlane.kernel.money import Money

PASSWORD = "orderlane-demo-2026"  # noqa: S105 - the demo says it on the screen


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in for an organization of the demonstration."""

    email: str
    name: str
    language: str


RETAILERS = (
    (
        # One retailer with a store on each platform: Shopify, Ecwid, BigCommerce, Wix, WooCommerce.
        (
            "maison-lumen.myshopify.com",
            "91820011",
            "hp7k2q9wab",
            "0d5e0000-0000-4000-8000-000000000001",
            "les-jours-clairs.example",
        ),
        "Maison Lumen",
        "FR",
        Person("lea@maison-lumen.example", "Léa Fontaine", "fr"),
    ),
    (
        ("northwind-outdoor.myshopify.com",),
        "Northwind Outdoor",
        "US",
        Person("sam@northwind-outdoor.example", "Sam Rivera", "en"),
    ),
)
"""Ids of their stores, name, country, and who signs in."""

SUPPLIERS = {
    "atelier-brume": Person("hugo@atelier-brume.example", "Hugo Lemaire", "fr"),
    "cascade-gear": Person("dana@cascade-gear.example", "Dana Whitlock", "en"),
    "porto-cork": Person("ines@porto-cork.example", "Inês Duarte", "en"),
    "la-miellerie": Person("paul@la-miellerie.example", "Paul Astier", "fr"),
    "kestrel-pottery": Person("isla@kestrel-pottery.example", "Isla Byrne", "en"),
    "filature-vercors": Person("nora@filature-vercors.example", "Nora Blanc", "fr"),
    "verdier-ceramique": Person("agathe@verdier-ceramique.example", "Agathe Verdier", "fr"),
}
# Portland's and Porto's: their countries have several.
ZONES = {"US": "America/Los_Angeles", "PT": "Europe/Lisbon"}
SHIPPING = {
    "atelier-brume": Money(590, "EUR"),
    "cascade-gear": Money(200, "USD"),
    "porto-cork": Money(450, "EUR"),
    "la-miellerie": Money(480, "EUR"),
    "kestrel-pottery": Money(390, "GBP"),
    "filature-vercors": Money(550, "EUR"),
    "verdier-ceramique": Money(690, "EUR"),
}
BILLING = {
    "atelier-brume": ("Atelier Brume SARL", "8 quai Saint-Vincent, 69001 Lyon, France"),
    "cascade-gear": ("Cascade Gear LLC", "2210 NW Lovejoy St, Portland OR 97210, USA"),
    "porto-cork": ("Porto Cork Lda", "Rua das Flores 112, 4050-262 Porto, Portugal"),
    "la-miellerie": ("La Miellerie SAS", "14 place du Marché, 63500 Issoire, France"),
    "kestrel-pottery": ("Kestrel Pottery Ltd", "7 Harbour Lane, St Ives TR26 1LP, United Kingdom"),
    "filature-vercors": ("Filature du Vercors SARL", "22 route des Gorges, 38680 Pont-en-Royans, France"),
    "verdier-ceramique": ("Verdier Céramique SARL", "3 chemin des Potiers, 26220 Dieulefit, France"),
}
