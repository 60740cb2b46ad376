"""The seeded Wix sites: a retailer's and a supplier's, with fixed ids, keys and goods."""

from typing import Any

from sandbox.seed import ATELIER_BRUME, CASCADE_GEAR, PORTO_CORK, product, sold

APP_ID = "0a11ce00-5a4d-4b0c-9e7b-000000000001"
APP_SECRET = "sandbox-wix-app-secret"  # noqa: S105 - opens nothing but the sandbox

VERDIER = [
    product(
        "Cache-pot Nervure",
        "Jardin",
        "vase-140",
        ("VC-POT-NER-S", "Ø 14 cm", "11.40", "3702345600011"),
        ("VC-POT-NER-L", "Ø 22 cm", "19.80", "3702345600028"),
    ),
    product(
        "Assiette Rivage",
        "Table",
        "bowl-200",
        ("VC-ASS-RIV-SAB", "Sable", "8.90", "3702345600035"),
        ("VC-ASS-RIV-ARD", "Ardoise", "8.90", "3702345600042"),
    ),
    product("Tasse Brin", "Table", "mug-110", ("VC-TAS-BRI", "20 cl", "6.20", "3702345600059")),
    product("Vase Falaise", "Maison", "vase-20", ("VC-VAS-FAL", "Grès blanc", "27.50", "3702345600066")),
]


def _site(number: int, name: str, role: str, country: str, products: list[dict[str, Any]]) -> dict[str, Any]:
    slug = name.lower().replace(" ", "-").replace("é", "e")
    return {
        "number": number,
        "external_id": f"0d5e0000-0000-4000-8000-00000000000{number}",
        "site_id": f"517e0000-0000-4000-8000-00000000000{number}",
        "slug": slug,
        "name": name,
        "role": role,
        "currency": "EUR",
        "country": country,
        "domain": f"www.{slug}.example",
        "api_key": f"IST.sandbox-{slug}",
        "products": products,
    }


def wix_sites() -> list[dict[str, Any]]:
    """A retailer's site and a supplier's; the retailer sells goods of three suppliers and one thing of its own."""
    own = product("Carnet de semis", "Papeterie", "parcel-120", ("SC-CARNET", "A6", "7.50", "3709999900026"))
    offered = [
        *sold(VERDIER, "Verdier Céramique", "2.1", "VC-"),
        *sold(ATELIER_BRUME, "Atelier Brume", "2.1", "AB-BOU AB-BOL"),
        *sold(CASCADE_GEAR, "Cascade Gear", "1.8", "CG-LANT CG-MUG"),
        *sold(PORTO_CORK, "Porto Cork", "2.0", "PC-"),
        {**own, "vendor": "Studio Cerise"},
    ]
    supplied = [{**good, "vendor": "Verdier Céramique"} for good in VERDIER]
    return [
        _site(1, "Studio Cerise", "retailer", "FR", offered),
        _site(2, "Verdier Céramique", "supplier", "FR", supplied),
    ]


def suppliers() -> dict[str, Any]:
    """The supplier whose site takes orders, as Shopify's seed describes its suppliers."""
    return {
        "verdier-ceramique": {
            "name": "Verdier Céramique",
            "country": "FR",
            "currency": "EUR",
            "auto_order": True,
            "store": wix_sites()[1]["external_id"],
            "website": "https://www.verdier-ceramique.example",
            "products": VERDIER,
        }
    }
