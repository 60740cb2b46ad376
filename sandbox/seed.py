"""The seeded outside: stores, goods, prices, tokens. Plain values, so that `/seed.json` can say the same."""

from decimal import Decimal
from typing import Any

API_VERSION = "2026-10"
CLIENT_ID = "orderlane-sandbox-app"
CLIENT_SECRET = "sandbox_client_secret_orderlane"  # noqa: S105 - opens nothing but the sandbox


def product(title: str, kind: str, picture: str, *variants: tuple[str, str, str, str]) -> dict[str, Any]:
    """One product; each variant is (SKU, variant title, price, EAN-13)."""
    rows = [{"sku": sku, "title": name, "price": price, "barcode": ean} for sku, name, price, ean in variants]
    return {"title": title, "kind": kind, "picture": picture, "variants": rows}


def shelf(store: dict[str, Any], more: int) -> list[dict[str, Any]]:
    """What a store sells: its own goods and, at a supplier's, `more` that differ in nothing but number and price."""
    if store["role"] != "supplier":
        more = 0
    extra = [
        {
            **product(f"Sample {n}", "Samples", f"parcel-{n % 360}", (f"SAMPLE-{n:04}", "", f"{n}.50", "")),
            "vendor": store["name"],
        }
        for n in range(1, more + 1)
    ]
    return [*store["products"], *extra]


ATELIER_BRUME = [
    product(
        "Bougie Figuier",
        "Candles",
        "candle-96",
        ("AB-BOU-FIG-180", "180 g", "14.50", "3701234500016"),
        ("AB-BOU-FIG-320", "320 g", "23.00", "3701234500023"),
    ),
    product(
        "Bougie Ambre & Santal",
        "Candles",
        "candle-28",
        ("AB-BOU-AMB-180", "180 g", "14.50", "3701234500030"),
        ("AB-BOU-AMB-320", "320 g", "23.00", "3701234500047"),
    ),
    product(
        "Vase Galet en grès",
        "Home",
        "vase-200",
        ("AB-VAS-GAL-S", "Petit", "19.80", "3701234500054"),
        ("AB-VAS-GAL-L", "Grand", "34.00", "3701234500061"),
    ),
    product(
        "Plaid en lin lavé",
        "Home",
        "cloth-160",
        ("AB-PLA-LIN-SAU", "Sauge", "39.00", "3701234500078"),
        ("AB-PLA-LIN-TER", "Terracotta", "39.00", "3701234500085"),
    ),
    product(
        "Diffuseur Brume de mer", "Fragrance", "bottle-190", ("AB-DIF-MER-100", "100 ml", "17.20", "3701234500092")
    ),
    product("Bol à soupe émaillé", "Tableware", "bowl-225", ("AB-BOL-EMA", "Bleu nuit", "9.60", "3701234500108")),
]
CASCADE_GEAR = [
    product(
        "Ridgeline 2P Tent",
        "Tents",
        "tent-150",
        ("CG-TENT-RL2-GRN", "Moss", "129.00", "0850012300018"),
        ("CG-TENT-RL2-ORG", "Ember", "129.00", "0850012300025"),
    ),
    product(
        "Switchback 28 L Pack",
        "Packs",
        "pack-205",
        ("CG-PACK-SB28-BLU", "Lake", "58.00", "0850012300032"),
        ("CG-PACK-SB28-RED", "Maple", "58.00", "0850012300049"),
    ),
    product("Beacon Camp Lantern", "Lights", "lamp-45", ("CG-LANT-BCN", "One size", "24.50", "0850012300056")),
    product(
        "Summit Insulated Bottle",
        "Hydration",
        "bottle-8",
        ("CG-BOTL-750-RED", "750 ml Brick", "16.75", "0850012300063"),
        ("CG-BOTL-750-GRN", "750 ml Fir", "16.75", "0850012300070"),
    ),
    product("Enamel Trail Mug", "Kitchen", "mug-215", ("CG-MUG-TRL", "Speckled", "7.90", "0850012300087")),
]
PORTO_CORK = [
    product("Cork Market Bag", "Bags", "bag-30", ("PC-BAG-MKT", "Natural", "31.00", "5601234500014")),
    product("Cork Serving Board", "Tableware", "board-32", ("PC-BRD-SRV", "Oval", "18.00", "5601234500021")),
]


def sold(goods: list[dict[str, Any]], vendor: str, times: str, skus: str) -> list[dict[str, Any]]:
    """The supplier's goods as a retailer sells them: same SKU and EAN, retail price; only SKUs starting as listed."""
    sold = []
    for product in goods:
        rows = []
        for variant in product["variants"]:
            if not variant["sku"].startswith(tuple(skus.split())):
                continue
            price = (Decimal(variant["price"]) * Decimal(times)).quantize(Decimal(1)) - Decimal("0.10")
            rows.append({**variant, "price": str(price)})
        if rows:
            sold.append({**product, "vendor": vendor, "variants": rows})
    return sold


def _store(
    number: int,
    domain: str,
    name: str,
    role: str,
    currency: str,
    country: str,
    zone: str,
    products: list[dict[str, Any]],
) -> dict[str, Any]:
    short = domain.split(".")[0]
    return {
        "number": number,
        "domain": domain,
        "name": name,
        "role": role,
        "currency": currency,
        "country": country,
        "timezone": zone,
        "email": f"hello@{short}.example",
        "access_token": f"shpat_sandbox_{short.replace('-', '_')}",
        "client_id": CLIENT_ID,
        "webhook_secret": CLIENT_SECRET,
        "products": products,
    }


def shopify_stores() -> list[dict[str, Any]]:
    """Two retailers' stores and two suppliers' stores, with fixed tokens and secrets."""
    north = sold(CASCADE_GEAR, "Cascade Gear", "1.9", "CG-") + sold(PORTO_CORK, "Porto Cork", "2.2", "PC-BAG")
    lumen = (
        sold(ATELIER_BRUME, "Atelier Brume", "2.1", "AB-")
        + sold(PORTO_CORK, "Porto Cork", "2.0", "PC-")
        + sold(CASCADE_GEAR, "Cascade Gear", "1.8", "CG-LANT CG-MUG")
    )
    unknown = product("Carte cadeau papier", "Stationery", "parcel-330", ("ML-CARTE", "A6", "4.90", "3709999900019"))
    # Atelier Brume's candle under a name and an SKU of the retailer's own: nobody but a person can tell.
    renamed = product("Bougie au figuier", "Candles", "candle-96", ("ML-FIGUIER", "180 g", "29.90", "3709999900026"))
    lumen += [{**each, "vendor": "Maison Lumen"} for each in (unknown, renamed)]
    brume = [{**p, "vendor": "Atelier Brume"} for p in ATELIER_BRUME]
    cascade = [{**p, "vendor": "Cascade Gear"} for p in CASCADE_GEAR]
    return [
        _store(1, "maison-lumen.myshopify.com", "Maison Lumen", "retailer", "EUR", "FR", "Europe/Paris", lumen),
        _store(
            2, "northwind-outdoor.myshopify.com", "Northwind Outdoor", "retailer", "USD", "US", "America/Denver", north
        ),
        _store(3, "atelier-brume.myshopify.com", "Atelier Brume", "supplier", "EUR", "FR", "Europe/Paris", brume),
        _store(
            4, "cascade-gear.myshopify.com", "Cascade Gear", "supplier", "USD", "US", "America/Los_Angeles", cascade
        ),
    ]


def supplier_goods() -> dict[str, dict[str, Any]]:
    """Every supplier's goods at wholesale price, by supplier; Porto Cork has no store here and takes orders by hand."""
    return {
        "atelier-brume": {
            "name": "Atelier Brume",
            "country": "FR",
            "currency": "EUR",
            "auto_order": True,
            "store": "atelier-brume.myshopify.com",
            "website": "https://atelier-brume.example",
            "products": ATELIER_BRUME,
        },
        "cascade-gear": {
            "name": "Cascade Gear",
            "country": "US",
            "currency": "USD",
            "auto_order": True,
            "store": "cascade-gear.myshopify.com",
            "website": "https://cascade-gear.example",
            "products": CASCADE_GEAR,
        },
        "porto-cork": {
            "name": "Porto Cork",
            "country": "PT",
            "currency": "EUR",
            "auto_order": False,
            "store": None,
            "website": "https://porto-cork.example",
            "products": PORTO_CORK,
        },
    }


ADDRESSES: list[dict[str, str]] = [
    {
        "label": "Camille, Lyon (FR)",
        "first_name": "Camille",
        "last_name": "Moreau",
        "company": "",
        "address1": "14 rue des Capucins",
        "address2": "",
        "city": "Lyon",
        "province": "",
        "province_code": "",
        "zip": "69001",
        "country": "France",
        "country_code": "FR",
        "phone": "+33478000014",
        "email": "camille.moreau@example.com",
    },
    {
        "label": "Jordan, Portland (US)",
        "first_name": "Jordan",
        "last_name": "Reyes",
        "company": "",
        "address1": "2210 NW Lovejoy St",
        "address2": "Apt 305",
        "city": "Portland",
        "province": "Oregon",
        "province_code": "OR",
        "zip": "97210",
        "country": "United States",
        "country_code": "US",
        "phone": "+15035550142",
        "email": "jordan.reyes@example.com",
    },
    {
        "label": "Élodie, Montréal (CA)",
        "first_name": "Élodie",
        "last_name": "Tremblay",
        "company": "",
        "address1": "4521 rue Saint-Denis",
        "address2": "",
        "city": "Montréal",
        "province": "Quebec",
        "province_code": "QC",
        "zip": "H2J 2L4",
        "country": "Canada",
        "country_code": "CA",
        "phone": "+15145550117",
        "email": "elodie.tremblay@example.com",
    },
    {
        "label": "Jonas, Berlin (DE)",
        "first_name": "Jonas",
        "last_name": "Krüger",
        "company": "Krüger Möbel",
        "address1": "Oderberger Straße 31",
        "address2": "",
        "city": "Berlin",
        "province": "",
        "province_code": "",
        "zip": "10435",
        "country": "Germany",
        "country_code": "DE",
        "phone": "+493055500131",
        "email": "jonas.krueger@example.com",
    },
    {
        "label": "Yuki, Kyoto (JP)",
        "first_name": "Yuki",
        "last_name": "Tanaka",
        "company": "",
        "address1": "3-12 Gionmachi Minamigawa",
        "address2": "Higashiyama-ku",
        "city": "Kyoto",
        "province": "Kyōto",
        "province_code": "JP-26",
        "zip": "605-0074",
        "country": "Japan",
        "country_code": "JP",
        "phone": "+81755550123",
        "email": "yuki.tanaka@example.com",
    },
    {
        "label": "Aoife, Dublin (IE)",
        "first_name": "Aoife",
        "last_name": "Byrne",
        "company": "",
        "address1": "7 Synge Street",
        "address2": "Portobello",
        "city": "Dublin",
        "province": "Dublin",
        "province_code": "D",
        "zip": "D08 X6K2",
        "country": "Ireland",
        "country_code": "IE",
        "phone": "+35315550177",
        "email": "aoife.byrne@example.com",
    },
]
