"""The seeded stores of every platform: who sells on it, whose store takes purchase orders on it, and of what."""

from __future__ import annotations

from dataclasses import dataclass

from orderlane.config.demo_stores import told_stores
from tests.journeys.world import BRUME, CANDLE, CASCADE, LANTERN, LUMEN, MUG, World


@dataclass(frozen=True, slots=True)
class Side:
    """One platform of the demonstration, seen from both ends."""

    retailer: str
    """The retailer's store."""
    supplier: str
    """The supplier's store."""
    goods: tuple[str, str]
    """SKUs of two goods of that supplier, which the retailer's store sells."""
    elsewhere: str
    """The SKU of goods that the retailer's store sells and another platform's supplier sends."""


SIDES = {
    "shopify": Side(LUMEN, BRUME, (CANDLE, "AB-BOL-EMA"), MUG),
    "ecwid": Side("91820011", "91820012", ("MI-MIEL-CHA-250", "MI-PAIN-EPI"), CANDLE),
    "bigcommerce": Side("hp7k2q9wab", "kp3m8x5vcd", ("KP-MUG-HAR-BLU", "KP-VAS-GAN"), LANTERN),
    "wix": Side(
        "0d5e0000-0000-4000-8000-000000000001",
        "0d5e0000-0000-4000-8000-000000000002",
        ("VC-TAS-BRI", "VC-ASS-RIV-SAB"),
        MUG,
    ),
    "woocommerce": Side(
        "les-jours-clairs.example", "filature-vercors.example", ("FV-PEL-MER", "FV-CHA-BER-38"), CANDLE
    ),
}
