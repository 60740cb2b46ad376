"""What is different between two quotes of the same purchase orders, as the checkout lists it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.web.formatting import address_lines, money, percent, rate
from orderlane.web.pages.checkout import QuoteChange

Content = dict[str, Any]


def quote_changes(old: Content, new: Content, language: str) -> list[QuoteChange]:
    """Every difference a payer cares about, purchase order by purchase order, the total last; empty for none."""
    found = []
    for key, part in old["purchase_orders"].items():
        fresh = new["purchase_orders"].get(key)
        if fresh is None:
            found.append(QuoteChange(_("Left out"), part["number"], _products(part), _("cannot be paid any more")))
        else:
            found += _of_part(part, fresh, new["currency"], language)
    found.append(QuoteChange(_("Exchange rate"), "", _rate(old, language), _rate(new, language)))
    found.append(QuoteChange(_("Total"), "", _total(old, language), _total(new, language)))
    return [change for change in found if change.before != change.after]


def _of_part(old: Content, new: Content, currency: str, language: str) -> list[QuoteChange]:
    def amounts(part: Content, name: str) -> str:
        return money(Money(part[f"{name}_minor"], currency), language)

    def vat(part: Content) -> str:
        return f"{amounts(part, 'vat')} ({percent(part['vat_basis_points'], language)})"

    number = old["number"]
    changes = [
        QuoteChange(_("Products"), number, _products(old), _products(new)),
        QuoteChange(_("Product cost"), number, amounts(old, "goods"), amounts(new, "goods")),
        QuoteChange(_("Shipping"), number, amounts(old, "shipping"), amounts(new, "shipping")),
        QuoteChange(_("VAT"), number, vat(old), vat(new)),
    ]
    if Address.from_json(old["ship_to"]).place != Address.from_json(new["ship_to"]).place:
        changes.append(
            QuoteChange(
                _("Delivery address"), number, one_line(old["ship_to"], language), one_line(new["ship_to"], language)
            )
        )
    return changes


def one_line(ship_to: dict[str, str], language: str) -> str:
    """An address in one line."""
    return ", ".join(address_lines(Address.from_json(ship_to), language))


def _products(part: Content) -> str:
    return ", ".join(f"{line['quantity']} × {line['title']}" for line in part["lines"])


def _rate(content: Content, language: str) -> str:
    told = content["rate"]
    return f"1 {told['base']} = {rate(Decimal(told['value']), language)} {told['target']}" if told else ""


def _total(content: Content, language: str) -> str:
    parts = content["purchase_orders"].values()
    minor = sum(part[f"{name}_minor"] for part in parts for name in ("goods", "shipping", "vat"))
    return money(Money(minor, content["currency"]), language)
