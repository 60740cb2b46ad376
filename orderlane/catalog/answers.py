"""What one row of a file of listings asks for, and why it may be refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from orderlane.kernel.sheet import SheetRow, is_formula, plain_cell

Key = TypeVar("Key")

LISTING, STATUS, SUPPLIER, SUPPLIER_SKU = "listing", "status", "supplier", "supplier_sku"
DOWNLOADED_AS = "downloaded_as"
"""What the row said when it was downloaded: one that still says it undoes nothing that was answered since."""
COLUMNS = frozenset({LISTING, STATUS, SUPPLIER, SUPPLIER_SKU, DOWNLOADED_AS, "title", "variant", "sku"})
"""Columns that are read; a file may have others, and those are left alone."""
NEEDED = frozenset({LISTING, SUPPLIER_SKU})
OWN = "own"


class Problem(StrEnum):
    """Why a row is refused, said to the person who wrote it."""

    FORMULA = "row_formula"
    UNKNOWN_LISTING = "row_unknown_listing"
    UNKNOWN_SKU = "row_unknown_sku"
    SEVERAL_SUPPLIERS = "row_several_suppliers"
    CONTRADICTION = "row_contradiction"
    DUPLICATE = "row_duplicate"


@dataclass(frozen=True, slots=True)
class Asked:
    """A row in plain text: whose listing, and which product or own goods; nothing of both leaves it as it is."""

    line: int
    listing_id: UUID | None
    own: bool = False
    sku: str = ""
    supplier: str = ""
    what: str = ""
    """The row in a few of its own words."""
    problem: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether the row leaves its listing as it is."""
        return not self.own and not self.sku


def asked_in(row: SheetRow) -> Asked:
    """Read a row. A cell that a spreadsheet program would run is refused, whatever it would give."""
    told = {name: plain_cell(cell) for name, cell in row.cells.items()}
    shown = [told.get(name, "") for name in ("title", "variant", "sku")]
    what = " · ".join(part for part in shown if part)[:200] or told.get(LISTING, "")[:200]
    problem = row.problem
    if not problem and any(is_formula(row.cells.get(name, "")) for name in (LISTING, STATUS, SUPPLIER, SUPPLIER_SKU)):
        problem = Problem.FORMULA
    listing_id, own, sku = (
        _uuid(told.get(LISTING, "")),
        told.get(STATUS, "").casefold() == OWN,
        told.get(SUPPLIER_SKU, ""),
    )
    supplier = told.get(SUPPLIER, "")
    if told.get(DOWNLOADED_AS) == said_by(own=own, sku=sku, supplier=supplier):
        return Asked(row.line, listing_id, what=what, problem=problem)
    return Asked(row.line, listing_id, own=own, sku=sku, supplier=supplier, what=what, problem=problem)


def said_by(*, own: bool, sku: str, supplier: str) -> str:
    """The answer of a row in one cell; empty for none."""
    product = f"{supplier}/{sku}" if sku else ""
    return f"{OWN} {product}".strip() if own else product


@dataclass(frozen=True, slots=True)
class Offer(Generic[Key]):
    """A product with the SKU that a row names, and whose it is."""

    product: Key
    supplier: str


def judge(asked: Asked, *, answered_on: int | None, offers: Mapping[str, Sequence[Offer[Key]]]) -> Key | Problem | None:
    """The product a row ties its listing to, None for own goods, or why it is refused.

    ``answered_on`` is the line that answered for the same listing before, ``offers`` are the products of the
    retailer's suppliers by SKU.
    """
    if answered_on is not None:
        return Problem.DUPLICATE
    if asked.own:
        return Problem.CONTRADICTION if asked.sku else None
    found = offers.get(asked.sku, ())
    if asked.supplier:
        found = [offer for offer in found if offer.supplier.casefold() == asked.supplier.casefold()]
    if not found:
        return Problem.UNKNOWN_SKU
    return found[0].product if len(found) == 1 else Problem.SEVERAL_SUPPLIERS


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
