"""What each platform can do, written from what its connectors declare into ``docs/reference/connectors.md``."""

from __future__ import annotations

from collections.abc import Callable

from orderlane.config.wiring import PLATFORMS
from orderlane.config.wiring import Platform as Wired
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.shipments import DeletionWitness, ShipmentRecorder
from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "reference" / "connectors.md"

CAPABILITIES = {
    StoreCapability.MANAGES_WEBHOOKS: "sets up, checks and mends its webhooks by itself",
    StoreCapability.COMMON_WEBHOOK_DOOR: "sends the webhooks of all stores to one address, set once in the app",
    StoreCapability.SIGNED_WEBHOOK_BODY: "a webhook is taken only when its proof covers all of it",
    StoreCapability.DATED_WEBHOOKS: "an old webhook is refused by its date; elsewhere its id tells it apart",
    StoreCapability.PARTIAL_FULFILLMENT: "records which lines and quantities have shipped",
    StoreCapability.SEVERAL_PARCELS: "records several parcels of an order",
    StoreCapability.REQUEST_FULFILLMENT: "*Request fulfillment* leads to Orderlane",
    StoreCapability.EXPIRING_SECRETS: "its keys end, and are renewed in time",
}

_HEAD = """# What each platform can do

Written from what the connectors declare, by `python -m tests.architecture.documents`; a test compares them. The same
suites (`tests/contracts/`) hold every platform to the rest. Quirks and limits: the `README.md` of each folder below
`orderlane/connectors/stores/`.
"""


def page() -> str:
    """The whole page, as Markdown."""
    names = sorted(PLATFORMS)
    labels = [PLATFORMS[name].store.label for name in names]
    parts = [_HEAD, "## As a retailer's store\n", _table(labels, [PLATFORMS[name] for name in names], _retailer_rows())]
    parts += ["\n## As a supplier's store that takes purchase orders\n"]
    parts += [_table(labels, [PLATFORMS[name] for name in names], _supplier_rows())]
    return "\n".join(parts) + "\n"


Cell = Callable[[Wired], str]


def _retailer_rows() -> list[tuple[str, Cell]]:
    rows: list[tuple[str, Cell]] = [
        (words, lambda wired, each=capability: _mark(each in wired.store.capabilities))  # type: ignore[misc]
        for capability, words in CAPABILITIES.items()
    ]
    return [
        *rows,
        ("is connected by its own install flow", lambda wired: _mark(wired.store.install_flow is not None)),
        (
            "or by pasting",
            lambda wired: ", ".join(f"{field.label}" for field in wired.store.credential_fields),
        ),
    ]


def _supplier_rows() -> list[tuple[str, Cell]]:
    return [
        (
            "takes parcels typed in the portal",
            lambda wired: _mark(all(hasattr(wired.channel, name) for name in _verbs(ShipmentRecorder))),
        ),
        (
            "asked whether a parcel it no longer tells was deleted; elsewhere it tells it as canceled",
            lambda wired: _mark(all(hasattr(wired.channel, name) for name in _verbs(DeletionWitness))),
        ),
        (
            "a look-up may miss an order for",
            lambda wired: f"{wired.channel.lookup_settle.total_seconds():.0f} s",
        ),
    ]


def _verbs(port: type) -> list[str]:
    return [name for name in vars(port) if not name.startswith("_")]


def _mark(yes: bool) -> str:
    return "yes" if yes else "–"


def _table(labels: list[str], wired: list[Wired], rows: list[tuple[str, Cell]]) -> str:
    lines = [f"| | {' | '.join(labels)} |", f"| --- |{' --- |' * len(labels)}"]
    lines += [f"| {words} | {' | '.join(cell(each) for each in wired)} |" for words, cell in rows]
    return "\n".join(lines)


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
