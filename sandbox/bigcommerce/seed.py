"""The seeded BigCommerce stores: one retailer, one supplier, and the app that can be installed in both."""

from typing import Any

from sandbox.seed import CASCADE_GEAR, PORTO_CORK, product, sold

CLIENT_ID = "orderlanesandboxbigcommerceapp0"
CLIENT_SECRET = "sandbox_bigcommerce_client_secret_of_the_app"  # noqa: S105 - opens nothing but the sandbox
SCOPES = "store_v2_orders store_v2_products_read_only store_v2_information_read_only store_v2_default".split()
RETAILER = "hp7k2q9wab"
SUPPLIER = "kp3m8x5vcd"

KESTREL_POTTERY = [
    product(
        "Harbour Mug",
        "Tableware",
        "mug-205",
        ("KP-MUG-HAR-BLU", "Tide", "9.80", "5060012300012"),
        ("KP-MUG-HAR-GRN", "Kelp", "9.80", "5060012300029"),
    ),
    product(
        "Cove Serving Bowl",
        "Tableware",
        "bowl-190",
        ("KP-BWL-COV-M", "24 cm", "21.50", "5060012300036"),
        ("KP-BWL-COV-L", "31 cm", "34.00", "5060012300043"),
    ),
    product("Gannet Bud Vase", "Home", "vase-38", ("KP-VAS-GAN", "Chalk", "15.25", "5060012300050")),
    product("Stoneware Oil Bottle", "Kitchen", "bottle-60", ("KP-BTL-OIL", "500 ml", "18.40", "5060012300067")),
]


def _store(number: int, external_id: str, name: str, role: str, money: str, place: str, **more: Any) -> dict[str, Any]:
    short = name.lower().replace(" & ", "-").replace(" ", "-")
    return {
        "number": number,
        "external_id": external_id,
        "name": name,
        "domain": f"{short}.example",
        "role": role,
        "currency": money,
        "country": place,
        "email": f"hello@{short}.example",
        "access_token": f"sandboxtoken{external_id}",
        "client_id": f"apiaccount{external_id}",
        "client_secret": f"sandbox_api_account_secret_of_{external_id}",
        **more,
    }


def bigcommerce_stores() -> list[dict[str, Any]]:
    """A retailer's and a supplier's store, each with a store-level API account."""
    offered = (
        sold(CASCADE_GEAR, "Cascade Gear", "1.9", "CG-PACK CG-LANT CG-BOTL CG-MUG")
        + sold(PORTO_CORK, "Porto Cork", "2.2", "PC-")
        + sold(KESTREL_POTTERY, "Kestrel Pottery", "2.6", "KP-")
    )
    own = product("Harbor & Pine Gift Box", "Gifts", "parcel-20", ("HP-GIFT-BOX", "Kraft", "6.90", "0850099900013"))
    offered.append({**own, "vendor": "Harbor & Pine"})
    pottery = [{**good, "vendor": "Kestrel Pottery"} for good in KESTREL_POTTERY]
    return [
        _store(1, RETAILER, "Harbor & Pine", "retailer", "USD", "US", timezone="America/New_York", products=offered),
        _store(2, SUPPLIER, "Kestrel Pottery", "supplier", "GBP", "GB", timezone="Europe/London", products=pottery),
    ]


def bigcommerce_suppliers() -> dict[str, dict[str, Any]]:
    """The supplier whose own store stands here, with its goods at wholesale price."""
    return {
        "kestrel-pottery": {
            "name": "Kestrel Pottery",
            "country": "GB",
            "currency": "GBP",
            "auto_order": True,
            "store": SUPPLIER,
            "website": "https://kestrel-pottery.example",
            "products": KESTREL_POTTERY,
        }
    }
