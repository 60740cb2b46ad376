"""An order as its customer may see it: what comes, in which parcels, and when it left."""

from __future__ import annotations

import base64
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orderlane.kernel.address import Address
from orderlane.orders.models import LineMatch, Order, OrderLine
from orderlane.shipping.models import Shipment, TrackingPageSettings
from orderlane.shipping.queries import parcels_of_order, tracking_page_settings
from orderlane.shipping.rules import whereabouts
from orderlane.tenants.models import Organization
from orderlane.web.formatting import locale_for
from orderlane.web.pages.orders import TrackingRow
from orderlane.web.pages.tracking import Appearance, CustomerParcel, Goods, TrackingLinkBox, TrackingPage
from orderlane.web.present.purchase_orders import tracking_rows

_STATES = {
    "preparing": (
        gettext_lazy("Your order is being prepared"),
        gettext_lazy("As soon as a parcel leaves, you find its tracking number here."),
    ),
    "partly_shipped": (
        gettext_lazy("A part of your order is on its way"),
        gettext_lazy("The rest follows in another parcel, which will appear here too."),
    ),
    "shipped": (
        gettext_lazy("Your order is on its way"),
        gettext_lazy("The carrier’s own page tells where each parcel is."),
    ),
    "canceled": (
        gettext_lazy("Your order was canceled"),
        gettext_lazy("Nothing more will be sent. If you did not expect that, write to the store."),
    ),
}


def appearance_of(organization: Organization, chosen: TrackingPageSettings | None = None) -> Appearance:
    """How a retailer's page looks: as it was chosen, or as ``chosen`` would make it."""
    row = chosen or tracking_page_settings(organization.pk)
    return Appearance(
        name=row.shown_name or organization.name,
        color=row.color,
        text_color=row.text_color,
        contact_email=row.contact_email,
        logo_base64=base64.b64encode(bytes(row.logo)).decode("ascii"),
    )


def tracking_page(order_id: UUID, language: str) -> TrackingPage:
    """Present an order to whoever holds its link, in the retailer's scope."""
    order = Order.objects.select_related("retailer").get(pk=order_id)
    parcels = parcels_of_order(order.pk)
    in_parcels: Counter[UUID] = Counter()
    for parcel in parcels:
        for row in parcel.lines.all():
            in_parcels[row.line.order_line_id] += row.quantity
    elsewhere, waiting = [], []
    for line in _shipped_lines(order):
        where = whereabouts(line.quantity, in_parcels[line.pk], line.fulfilled_quantity)
        if where.elsewhere:
            elsewhere.append(_goods(line, where.elsewhere))
        if where.waiting and order.canceled_at is None:
            waiting.append(_goods(line, where.waiting))
    state = _state(order, bool(parcels or elsewhere), bool(waiting))
    title, meaning = _STATES[state]
    return TrackingPage(
        appearance=appearance_of(order.retailer),
        number=order.number,
        state=state,
        title=title,
        meaning=meaning,
        placed_at=order.placed_at,
        place=_place(order.ship_to, language),
        parcels=[_parcel(parcel) for parcel in parcels],
        elsewhere=elsewhere,
        waiting=waiting,
    )


def sample_page(appearance: Appearance, language: str, now: datetime) -> TrackingPage:
    """An invented order, to try the looks on."""
    title, meaning = _STATES["partly_shipped"]
    number = "6A12345678901"
    return TrackingPage(
        appearance=appearance,
        number="#1042",
        state="partly_shipped",
        title=title,
        meaning=meaning,
        placed_at=now - timedelta(days=3),
        place=_place(Address(city="Lyon", country="FR"), language),
        parcels=[
            CustomerParcel(
                shipped_at=now - timedelta(days=1),
                tracking=[
                    TrackingRow(number, "Colissimo", f"https://www.laposte.fr/outils/suivre-vos-envois?code={number}")
                ],
                lines=[Goods(_("Scented candle"), 2, _("Fig")), Goods(_("Enamel bowl"), 1)],
            )
        ],
        waiting=[Goods(_("Linen tea towel"), 1)],
    )


def tracking_link_box(order: Order, purchase_order_number: str) -> TrackingLinkBox:
    """The link of an order as its retailer handles it on the page of one of its purchase orders."""
    token = order.tracking_token
    return TrackingLinkBox(
        url=f"{settings.BASE_URL}{reverse('follow', args=[token])}" if token else "",
        make_url=reverse("make_tracking_link", args=[purchase_order_number]),
        withdraw_url=reverse("withdraw_tracking_link", args=[purchase_order_number]),
    )


def _shipped_lines(order: Order) -> list[OrderLine]:
    rows = OrderLine.objects.filter(order=order, quantity__gt=0).exclude(match=LineMatch.NOT_SHIPPED)
    return list(rows.order_by("id"))


def _state(order: Order, shipped: bool, waiting: bool) -> str:
    if not shipped:
        return "canceled" if order.canceled_at else "preparing"
    return "partly_shipped" if waiting else "shipped"


def _parcel(parcel: Shipment) -> CustomerParcel:
    lines = [_goods(row.line.order_line, row.quantity) for row in parcel.lines.all()]
    return CustomerParcel(parcel.shipped_at, tracking_rows(parcel), lines)


def _goods(line: OrderLine, quantity: int) -> Goods:
    """A product as the store calls it, which is what the customer bought; its supplier may call it otherwise."""
    return Goods(line.title, quantity, line.variant_title)


def _place(address: Address, language: str) -> str:
    """Town and country: enough to recognize one's order, and no more than that for whoever finds the link."""
    country = str(locale_for(language).territories.get(address.country, address.country))
    return ", ".join(part for part in (address.city, country) if part)
