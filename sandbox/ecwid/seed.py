"""The seeded Ecwid stores: one retailer's, one supplier's, and the app that both have installed."""

from typing import Any

from sandbox.seed import ATELIER_BRUME, CASCADE_GEAR, PORTO_CORK, product, sold

CLIENT_ID = "orderlane-ecwid-app"
CLIENT_SECRET = "sandbox_ecwid_client_secret"  # noqa: S105 - opens nothing but the sandbox
RETAILER, SUPPLIER = "91820011", "91820012"

MIELLERIE = [
    product(
        "Miel de châtaignier",
        "Honey",
        "bottle-34",
        ("MI-MIEL-CHA-250", "250 g", "6.20", "3760123400015"),
        ("MI-MIEL-CHA-500", "500 g", "10.90", "3760123400022"),
    ),
    product(
        "Miel de lavande",
        "Honey",
        "bottle-270",
        ("MI-MIEL-LAV-250", "250 g", "7.10", "3760123400039"),
        ("MI-MIEL-LAV-500", "500 g", "12.60", "3760123400046"),
    ),
    product("Pain d’épices du Morvan", "Bakery", "board-24", ("MI-PAIN-EPI", "", "5.40", "3760123400053")),
    product("Bougie en cire d’abeille", "Candles", "candle-46", ("MI-BOUG-CIRE", "", "8.80", "3760123400060")),
    product("Coffret des trois ruches", "Gifts", "bag-42", ("MI-COFF-3R", "", "19.50", "3760123400077")),
]


def ecwid_stores() -> list[dict[str, Any]]:
    """The retailer's store sells goods of four suppliers; the supplier's store its own, at wholesale price."""
    shelf = (
        sold(MIELLERIE, "La Miellerie", "1.9", "MI-")
        + sold(ATELIER_BRUME, "Atelier Brume", "2.1", "AB-BOU AB-DIF AB-BOL")
        + sold(PORTO_CORK, "Porto Cork", "2.0", "PC-")
        + sold(CASCADE_GEAR, "Cascade Gear", "1.8", "CG-MUG")
    )
    return [
        _store(1, RETAILER, "Épicerie Hirondelle", "retailer", "epicerie-hirondelle", shelf),
        _store(
            2,
            SUPPLIER,
            "La Miellerie",
            "supplier",
            "la-miellerie",
            [{**p, "vendor": "La Miellerie"} for p in MIELLERIE],
        ),
    ]


def ecwid_suppliers() -> dict[str, Any]:
    """The supplier whose store is here, with its goods at wholesale price."""
    return {
        "la-miellerie": {
            "name": "La Miellerie",
            "country": "FR",
            "currency": "EUR",
            "auto_order": True,
            "store": SUPPLIER,
            "website": "https://la-miellerie.example",
            "products": MIELLERIE,
        }
    }


def _store(
    number: int, store_id: str, name: str, role: str, short: str, products: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "number": number,
        "external_id": store_id,
        "name": name,
        "role": role,
        "currency": "EUR",
        "country": "FR",
        "domain": f"{short}.company.site",
        "email": f"bonjour@{short}.example",
        "access_token": f"secret_sandbox_{short.replace('-', '_')}",
        "webhook_secret": CLIENT_SECRET,
        "products": products,
    }
