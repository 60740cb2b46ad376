"""A quote as the checkout shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orderlane.kernel.address import Address
from orderlane.kernel.errors import Refused
from orderlane.kernel.money import Money
from orderlane.payments.models import Quote
from orderlane.payments.queries import providers_of, to_payment_currency
from orderlane.payments.quoted import quoted_now, why_stale
from orderlane.ports import registry
from orderlane.ports.accounts import Environment
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.suppliers.models import SupplierProfile
from orderlane.web.formatting import percent
from orderlane.web.pages.checkout import (
    CheckoutPage,
    CheckoutWarning,
    ProviderChoice,
    QueuedCheckout,
    QuoteChange,
    QuotedPurchaseOrder,
    RateNote,
    TermsNote,
)
from orderlane.web.pages.orders import ProductRow
from orderlane.web.pages.states import Text
from orderlane.web.present.purchase_orders import customer_paid
from orderlane.web.present.quote_changes import quote_changes
from orderlane.web.refusals import words_for

OLD_ORDER_DAYS = 14
# The quote keeps a source under its own English name; here it is said in the reader's language.
_SOURCES: dict[str, Text] = {
    "European Central Bank, euro foreign exchange reference rates": gettext_lazy(
        "European Central Bank, euro foreign exchange reference rates"
    ),
}


def checkout_page(
    quote: Quote, *, queue: Sequence[QueuedCheckout], refusal: str, before: Quote | None, language: str, now: datetime
) -> CheckoutPage:
    """Present a quote from its own frozen content: what is shown is what is hashed and charged.

    ``before`` is the stale quote it stands in place of. What a stale quote would warn of is as old as itself.
    """
    stale = why_stale(quote, now=now)
    parts = quote.content["purchase_orders"]
    purchase_orders = {
        str(po.pk): po
        for po in PurchaseOrder.objects.filter(pk__in=[UUID(key) for key in parts])
        .select_related("order")
        .prefetch_related("lines__order_line", "lines__product")
    }
    profile = SupplierProfile.objects.filter(supplier_id=quote.supplier_id).first()
    warnings = [] if stale else _warnings(purchase_orders, parts, now)
    label, reason = vat_words(list(parts.values()), language)
    return CheckoutPage(
        quote_id=str(quote.pk),
        supplier=quote.supplier.name,
        supplier_url=profile.website if profile else "",
        orders=[_quoted(part, quote.currency, purchase_orders[key]) for key, part in parts.items()],
        goods=quote.goods,
        shipping=quote.shipping,
        tax=quote.vat,
        tax_label=label,
        tax_reason=reason,
        total=quote.total,
        providers=_providers(quote.supplier_id),
        quoted_at=quote.made_at,
        expires_at=quote.expires_at,
        seconds_left=max(0, int((quote.expires_at - now).total_seconds())),
        rates=_rates(quote.content["rate"]),
        terms=_terms(profile),
        warnings=warnings,
        queue=queue,
        pay_url=reverse("checkout_pay", args=[quote.pk]),
        requote_url=reverse("checkout_again", args=[quote.pk])
        if any(po.payable for po in purchase_orders.values())
        else "",
        must_confirm=any(warning.tone == "red" for warning in warnings),
        refusal="" if stale else refusal,
        stale=words_for(Refused(reason=stale)) if stale else "",
        renewed=before is not None,
        changes=_changes(quote, None if stale else before, language, now) if stale or before else [],
    )


def _changes(quote: Quote, before: Quote | None, language: str, now: datetime) -> list[QuoteChange]:
    """From the quote before to this one; without one, from this one to what would be quoted now."""
    if before is not None:
        return quote_changes(before.content, quote.content, language)
    fresh = quoted_now(quote, now=now)
    return quote_changes(quote.content, fresh, language) if fresh else []


def vat_words(parts: Sequence[dict[str, Any]], language: str) -> tuple[str, str]:
    """The label of the VAT row, and why it is what it is; several reasons are all named."""
    rates = sorted({part["vat_basis_points"] for part in parts if part["vat_basis_points"]})
    label = _("VAT") if not rates else _("VAT %(rate)s") % {"rate": ", ".join(percent(r, language) for r in rates)}
    words = {
        "not_registered": _("The supplier is not registered for VAT."),
        "not_domestic": _("No VAT: the goods leave the supplier’s country."),
        "domestic": _("Domestic delivery: the supplier’s VAT applies."),
    }
    return label, " ".join(words[reason] for reason in words if any(part["vat_reason"] == reason for part in parts))


def _quoted(part: dict[str, Any], currency: str, po: PurchaseOrder) -> QuotedPurchaseOrder:
    return QuotedPurchaseOrder(
        number=part["number"],
        url=reverse("order", args=[part["number"]]),
        store_number=po.store_number,
        address=Address.from_json(part["ship_to"]),
        products=[
            ProductRow(
                id=line["line"],
                title=line["title"],
                quantity=line["quantity"],
                cost=Money(line["cost_minor"], currency),
                variant=line["variant_title"],
                sku=line["sku"],
                image_url=line["picture_url"],
            )
            for line in part["lines"]
        ],
        goods=Money(part["goods_minor"], currency),
        shipping=Money(part["shipping_minor"], currency),
        tax=Money(part["vat_minor"], currency),
    )


def _providers(supplier_id: UUID) -> list[ProviderChoice]:
    hints = {
        "paypal": _("With a PayPal account, on PayPal’s page"),
        "stripe": _("Visa, Mastercard and others, on Stripe’s page"),
    }
    labels = {"paypal": "PayPal", "stripe": _("Credit or debit card")}
    icons = {"paypal": "paypal", "stripe": "payments"}
    accounts = [account for account in providers_of(supplier_id) if account.provider in registry.payments()]
    return [
        ProviderChoice(
            provider=account.provider,
            label=labels.get(account.provider, registry.payments()[account.provider].label),
            hint=hints.get(account.provider, ""),
            icon=icons.get(account.provider, "payments"),
            test=account.environment == Environment.TEST,
            selected=len(accounts) == 1,
        )
        for account in accounts
    ]


def _rates(rate: dict[str, str] | None) -> list[RateNote]:
    if rate is None:
        return []
    published = date.fromisoformat(rate["published_on"])
    source = _SOURCES.get(rate["source"], rate["source"])
    return [RateNote(rate["base"], rate["target"], Decimal(rate["value"]), source, published)]


def _terms(profile: SupplierProfile | None) -> list[TermsNote]:
    if profile is None:
        return []
    days = ngettext("%(count)d working day", "%(count)d working days", profile.handling_days)
    terms = [TermsNote(_("Ships within"), days % {"count": profile.handling_days})]
    if profile.terms:
        terms.append(TermsNote(_("Returns and other terms"), profile.terms))
    if profile.contact_email:
        terms.append(TermsNote(_("Contact"), profile.contact_email))
    return terms


def _is_short(line: PurchaseOrderLine) -> bool:
    stock = line.product.stock_count
    return stock is not None and stock < line.quantity


def _warnings(
    purchase_orders: dict[str, PurchaseOrder], parts: dict[str, dict[str, Any]], now: datetime
) -> list[CheckoutWarning]:
    """What to know before money moves, one warning per kind with the numbers it is about."""
    loss, doubtful, old, short = [], [], [], []
    for key, part in parts.items():
        po = purchase_orders[key]
        paid = customer_paid(list(po.lines.all()))
        received = to_payment_currency(paid, now) if paid else None
        if received and received.minor < part["goods_minor"] + part["shipping_minor"] + part["vat_minor"]:
            loss.append(po.number)
        if not Address.from_json(part["ship_to"]).shippable:
            doubtful.append(po.number)
        if (now - po.order.placed_at).days >= OLD_ORDER_DAYS:
            old.append(po.number)
        if any(_is_short(line) for line in po.lines.all()):
            short.append(po.number)
    found = [
        (
            doubtful,
            _("The delivery address is incomplete"),
            _("Name, street, city or country is missing: %(numbers)s."),
            "red",
        ),
        (short, _("Perhaps out of stock"), _("The supplier’s store had fewer pieces lately: %(numbers)s."), "amber"),
        (loss, _("Sold at a loss"), _("The customer paid less than this costs: %(numbers)s."), "amber"),
        (old, _("Old orders"), _("Ask the customer whether the goods are still wanted: %(numbers)s."), "amber"),
    ]
    return [
        CheckoutWarning(title, text % {"numbers": ", ".join(numbers)}, tone)
        for numbers, title, text, tone in found
        if numbers
    ]
