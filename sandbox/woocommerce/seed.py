"""The seeded WooCommerce shops: one retailer, one supplier."""

from typing import Any

from sandbox.seed import ATELIER_BRUME, CASCADE_GEAR, PORTO_CORK, product, sold

RETAILER = "les-jours-clairs.example"
SUPPLIER = "filature-vercors.example"

FILATURE_VERCORS = [
    product(
        "Plaid en laine du Vercors",
        "Home",
        "cloth-12",
        ("FV-PLA-VER-ECR", "Écru", "42.00", "3701999000010"),
        ("FV-PLA-VER-BRI", "Brique", "42.00", "3701999000027"),
    ),
    product(
        "Chaussettes de bergère",
        "Clothing",
        "pack-350",
        ("FV-CHA-BER-38", "36-38", "9.80", "3701999000034"),
        ("FV-CHA-BER-41", "39-41", "9.80", "3701999000041"),
    ),
    product("Pelote mérinos 100 g", "Yarn", "bowl-285", ("FV-PEL-MER", "Gentiane", "7.35", "3701999000058")),
    product("Bouillotte en laine", "Home", "bottle-330", ("FV-BOU-LAI", "Sapin", "16.20", "3701999000065")),
]


def _shop(number: int, domain: str, name: str, role: str, **more: Any) -> dict[str, Any]:
    short = domain.removesuffix(".example").replace("-", "")
    return {
        "number": number,
        "external_id": domain,
        "domain": domain,
        "name": name,
        "role": role,
        "currency": "EUR",
        "country": "FR",
        "timezone": "Europe/Paris",
        "email": f"bonjour@{domain}",
        "consumer_key": f"ck_sandbox_{short}",
        "consumer_secret": f"cs_sandbox_{short}",
        **more,
    }


def woocommerce_shops() -> list[dict[str, Any]]:
    """A retailer's and a supplier's shop, each with one pair of keys that may read and write."""
    goods = (
        sold(FILATURE_VERCORS, "Filature du Vercors", "2.2", "FV-")
        + sold(ATELIER_BRUME, "Atelier Brume", "2.1", "AB-BOU AB-BOL AB-DIF")
        + sold(PORTO_CORK, "Porto Cork", "2.0", "PC-")
        + sold(CASCADE_GEAR, "Cascade Gear", "1.9", "CG-LANT CG-MUG CG-BOTL")
    )
    gift = product("Carte cadeau à imprimer", "Gift cards", "parcel-300", ("LJC-CADEAU", "50 €", "50.00", ""))
    goods.append({**gift, "vendor": "Les Jours Clairs", "virtual": True})
    wool = [{**each, "vendor": "Filature du Vercors"} for each in FILATURE_VERCORS]
    return [
        _shop(1, RETAILER, "Les Jours Clairs", "retailer", products=goods, prices_include_tax=True),
        _shop(2, SUPPLIER, "Filature du Vercors", "supplier", products=wool, prices_include_tax=False),
    ]


def woocommerce_suppliers() -> dict[str, dict[str, Any]]:
    """The supplier whose own shop stands here, with its goods at wholesale price."""
    return {
        "filature-vercors": {
            "name": "Filature du Vercors",
            "country": "FR",
            "currency": "EUR",
            "auto_order": True,
            "store": SUPPLIER,
            "website": f"https://{SUPPLIER}",
            "products": FILATURE_VERCORS,
        }
    }
