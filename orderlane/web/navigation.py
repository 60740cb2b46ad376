"""The side navigation: which pages an organization has, and how many things wait there."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orderlane.desk.queries import attention_count
from orderlane.members.models import Membership
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.web.pages.shell import Destination, OrganizationChoice, Section, Shell

_RETAILER = (
    ("orders", _("Orders"), "orders"),
    ("attention", _("Needs attention"), "attention"),
    ("payments", _("Payments"), "payments"),
)
_RETAILER_SET_UP = (
    ("products", _("Products"), "products"),
    ("suppliers", _("Suppliers"), "suppliers"),
    ("stores", _("Stores"), "stores"),
    ("settings", _("Settings"), "settings"),
)
_SUPPLIER = (
    ("supplier_orders", _("Orders"), "orders"),
    ("attention", _("Needs attention"), "attention"),
    ("supplier_products", _("Products"), "products"),
)
_SUPPLIER_SET_UP = (
    ("payment_accounts", _("Payment accounts"), "payments"),
    ("supplier_stores", _("Store"), "stores"),
    ("settings", _("Settings"), "settings"),
)
_KINDS = {OrganizationKind.RETAILER: _("Retailer"), OrganizationKind.SUPPLIER: _("Supplier")}


def shell_for(membership: Membership, path: str) -> Shell:
    """Build the frame, inside the organization's scope; the longest matching address is the current one."""
    organization = membership.organization
    retailer = organization.kind == OrganizationKind.RETAILER
    daily, set_up = (_RETAILER, _RETAILER_SET_UP) if retailer else (_SUPPLIER, _SUPPLIER_SET_UP)
    counts = {"attention": attention_count(OrganizationKind(organization.kind))}
    return Shell(
        organization=_choice(organization, current=True),
        organizations=[_choice(m.organization, m.pk == membership.pk) for m in _memberships(membership)],
        sections=[
            Section("", [_destination(entry, path, counts) for entry in daily]),
            Section(_("Set up"), [_destination(entry, path, counts) for entry in set_up]),
        ],
        member_name=str(membership.member),
        may_write=membership.may_write,
        retailer=retailer,
    )


def _memberships(membership: Membership) -> list[Membership]:
    rows = Membership.objects.filter(member_id=membership.member_id).select_related("organization")
    return list(rows.order_by(alphabetical("organization__name")))


def _choice(organization: Organization, current: bool) -> OrganizationChoice:
    kind = _KINDS[OrganizationKind(organization.kind)]
    return OrganizationChoice(str(organization.pk), organization.name, kind, current)


def _destination(entry: tuple[str, object, str], path: str, counts: dict[str, int]) -> Destination:
    name, label, icon = entry
    url = reverse(name)
    current = path == url or path.startswith(f"{url}/")
    return Destination(name, label, icon, url, counts.get(name, 0), current)  # type: ignore[arg-type]  # lazy text
