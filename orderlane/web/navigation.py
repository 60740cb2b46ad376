"""The side navigation of a retailer and of a supplier."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orderlane.members.models import Membership
from orderlane.tenants.models import OrganizationKind
from orderlane.web.pages.shell import Destination, OrganizationChoice, Section, Shell
from orderlane.web.pages.states import Text

KINDS: dict[str, Text] = {OrganizationKind.RETAILER: _("Retailer"), OrganizationKind.SUPPLIER: _("Supplier")}

_SETTINGS: tuple[tuple[str, Text, str], ...] = (
    ("settings_organization", _("Organization"), "organization"),
    ("settings_members", _("Members"), "members"),
    ("settings_language", _("Language and colors"), "language"),
)

_RETAILER: tuple[tuple[Text, tuple[tuple[str, Text, str], ...]], ...] = (
    (
        "",
        (
            ("orders", _("Orders"), "orders"),
            ("attention", _("Needs attention"), "attention"),
            ("payments", _("Payments"), "payments"),
        ),
    ),
    (_("Connections"), (("stores", _("Stores"), "stores"), ("suppliers", _("Suppliers"), "suppliers"))),
    (_("Settings"), _SETTINGS),
)

_SUPPLIER: tuple[tuple[Text, tuple[tuple[str, Text, str], ...]], ...] = (
    ("", (("supplier_orders", _("Orders"), "orders"), ("supplier_products", _("Products"), "products"))),
    (
        _("Connections"),
        (("order_channel", _("Order channel"), "send"), ("payment_accounts", _("Payment accounts"), "payments")),
    ),
    (_("Settings"), _SETTINGS),
)

_BY_KIND = {OrganizationKind.RETAILER: _RETAILER, OrganizationKind.SUPPLIER: _SUPPLIER}
HOME = {OrganizationKind.RETAILER: "orders", OrganizationKind.SUPPLIER: "supplier_orders"}


def shell_for(path: str, membership: Membership, memberships: Sequence[Membership]) -> Shell:
    """Build the frame of a page at ``path`` for one membership."""
    organization = membership.organization
    sections = [
        Section(heading, [_destination(name, label, icon, path) for name, label, icon in entries])
        for heading, entries in _BY_KIND[OrganizationKind(organization.kind)]
    ]
    choices = [_choice(row, current=row.pk == membership.pk) for row in memberships]
    return Shell(
        organization=_choice(membership, current=True),
        organizations=choices,
        sections=sections,
        member_name=membership.member.email,
        may_write=membership.may_write,
    )


def _destination(name: str, label: Text, icon: str, path: str) -> Destination:
    url = reverse(name)
    return Destination(name, label, icon, url, current=path == url or path.startswith(f"{url}/"))


def _choice(membership: Membership, *, current: bool) -> OrganizationChoice:
    organization = membership.organization
    return OrganizationChoice(str(organization.pk), organization.name, KINDS[organization.kind], current)
