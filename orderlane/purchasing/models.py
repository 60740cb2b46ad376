"""Purchase orders: what a retailer orders from one supplier for one customer's order."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from orderlane.catalog.models import Product
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.orders.models import Order, OrderLine
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.stores.models import Store
from orderlane.tenants.models import Organization, TenantModel


class Hold(models.TextChoices):
    """Why an unpaid purchase order cannot be paid yet."""

    NONE = "", "none"
    CUSTOMER_UNPAID = "customer_unpaid"
    CANCELED_IN_STORE = "canceled_in_store"
    REFUNDED_IN_STORE = "refunded_in_store"
    STORE_STATE_UNKNOWN = "store_state_unknown"
    NO_LINES = "no_lines"
    TEST_ORDER = "test_order"


_PAID_FOR = ["paid", "partially_refunded", "refunded"]
"""States of payment in which the supplier had the money at some time."""


CANCELED = "canceled_before_forwarding"
"""The reason of a paid purchase order that its retailer canceled before it was sent."""


class PurchaseOrder(TenantModel):
    """The unit that is paid, forwarded and followed. From *paid* on, ``snapshot`` is what was bought, for ever."""

    tenant_fields = ("retailer", "supplier")
    row_policy = "retailer_id = {tenant} OR (supplier_id = {tenant} AND released_at IS NOT NULL)"

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="purchase_orders")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    part = models.PositiveSmallIntegerField(default=0)
    """0, 1, 2 …: an order's purchase orders at one supplier, when it was bought in several goes."""
    destination = models.CharField(max_length=64, blank=True, default="")
    """Tells apart the purchase orders of one order that go to several addresses; empty for the order's own address."""
    ship_to_fields = models.JSONField(null=True)
    """That address, as the store last told it; empty for the order's own."""
    number = models.CharField(max_length=20, unique=True)
    store_number = models.CharField(max_length=60)
    store_name = models.CharField(max_length=120)
    store_domain = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    auto_order = models.BooleanField()
    hold = models.CharField(max_length=20, choices=Hold.choices, blank=True, default=Hold.NONE)
    payment_state = models.CharField(max_length=20, choices=[(s, s) for s in PaymentState], default=PaymentState.UNPAID)
    forwarding_state = models.CharField(
        max_length=16, choices=[(s, s) for s in ForwardingState], default=ForwardingState.NOT_DUE
    )
    fulfillment_state = models.CharField(
        max_length=20, choices=[(s, s) for s in FulfillmentState], default=FulfillmentState.UNFULFILLED
    )
    archived_at = models.DateTimeField(null=True)
    changed_in_store_at = models.DateTimeField(null=True)
    """The store changed the order after it was paid: a person decides, nothing is sent by itself."""

    released_at = models.DateTimeField(null=True)
    """Since when the supplier may see it: from payment, or from the retailer's hand for non-auto-order."""
    snapshot = models.JSONField(null=True)
    """The paid lines, costs and address, frozen at payment; what the supplier is sent."""
    snapshot_hash = models.CharField(max_length=64, blank=True)
    payment_reference = models.CharField(max_length=60, blank=True)

    forwarding_reason = models.CharField(max_length=80, blank=True)
    forwarding_fence = models.PositiveIntegerField(default=0)
    """Grows with every claim; an outcome may only be recorded by the claim that holds the newest."""
    forwarding_until = models.DateTimeField(null=True)
    """The lease of a sending claim, or when an unknown outcome is due to be looked up."""
    supplier_external_id = models.CharField(max_length=200, blank=True)
    supplier_number = models.CharField(max_length=60, blank=True)
    forwarded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "order", "supplier", "part"],
                condition=Q(payment_state="unpaid") | Q(payment_state="paying"),
                name="one_open_purchase_order_per_supplier_and_part",
            ),
            models.CheckConstraint(
                condition=~Q(payment_state__in=_PAID_FOR) | Q(snapshot__isnull=False), name="paid_has_snapshot"
            ),
            models.CheckConstraint(
                condition=Q(payment_state__in=_PAID_FOR) | Q(auto_order=False) | Q(forwarding_state="not_due"),
                name="auto_order_never_forwarded_unpaid",
            ),
        ]
        indexes = [
            models.Index(fields=["retailer", "-created_at", "-id"], name="po_newest"),
            models.Index(fields=["supplier", "-released_at"], name="po_supplier_newest"),
            models.Index(
                fields=["supplier", "supplier_external_id"],
                condition=~Q(supplier_external_id=""),
                name="po_at_supplier",
            ),
            models.Index(
                fields=["forwarding_until"],
                condition=Q(forwarding_state__in=["queued", "sending", "outcome_unknown"]),
                name="po_forwarding_due",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """Its retailer, and its supplier once it was released."""
        return Q(retailer_id=organization_id) | Q(supplier_id=organization_id, released_at__isnull=False)

    @property
    def payable(self) -> bool:
        """Whether the retailer may pay it now."""
        return self.payment_state == PaymentState.UNPAID and not self.hold and self.auto_order

    @property
    def ordered_outside(self) -> bool:
        """Whether it was ordered on the supplier's own site: what is paid there is not known here."""
        return not self.auto_order and self.payment_state == PaymentState.UNPAID and self.forwarded_at is not None

    @property
    def canceled_here(self) -> bool:
        """Whether its retailer canceled it before it was sent, and nobody has decided to send it all the same."""
        return self.forwarding_state == ForwardingState.NEEDS_ATTENTION and self.forwarding_reason == CANCELED

    @property
    def ship_to(self) -> Address:
        """The frozen address once paid, the store's until then."""
        return Address.from_json(self.snapshot["ship_to"] if self.snapshot is not None else self.told_ship_to)

    @property
    def told_ship_to(self) -> dict[str, str]:
        """The address as the store tells it now, paid or not."""
        told: dict[str, str] = self.order.ship_to_fields if self.ship_to_fields is None else self.ship_to_fields
        return told

    def moved_from(self, ship_to: dict[str, str]) -> bool:
        """Whether the store now tells another place than this one."""
        return Address.from_json(ship_to).place != Address.from_json(self.told_ship_to).place


_PARENT_VISIBLE = (
    "retailer_id = {tenant} OR (supplier_id = {tenant} AND EXISTS "
    "(SELECT 1 FROM purchasing_purchaseorder p WHERE p.id = purchase_order_id AND p.released_at IS NOT NULL))"
)


class PurchaseOrderPart(TenantModel):
    """Base of rows that are seen by whoever may see their purchase order."""

    tenant_fields = ("retailer", "supplier")
    row_policy = _PARENT_VISIBLE

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """Its retailer, and its supplier once the purchase order was released."""
        return Q(retailer_id=organization_id) | Q(
            supplier_id=organization_id, purchase_order__released_at__isnull=False
        )


class PurchaseOrderLine(PurchaseOrderPart):
    """One product of a purchase order."""

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    purchase_order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    order_line_external_id = models.CharField(max_length=200)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    sku = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    variant_title = models.CharField(max_length=300, blank=True)
    picture_url = models.URLField(max_length=500, blank=True)
    quantity = models.PositiveIntegerField()
    unit_cost_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "purchase_order", "order_line"], name="po_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="po_line_has_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def unit_cost(self) -> Money:
        """Wholesale price of one piece, in the supplier's currency."""
        return Money(self.unit_cost_minor, self.currency)


class ForwardAttempt(PurchaseOrderPart):
    """One claim to give a purchase order to its supplier, written before the call and closed after it."""

    class Outcome(models.TextChoices):
        """How the call ended; empty while it runs or when its worker died."""

        NONE = "", "none"
        DELIVERED = "delivered"
        NOT_SENT = "not_sent"
        UNKNOWN = "unknown"
        REFUSED = "refused"

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    purchase_order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="forward_attempts")
    fence = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.NONE)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["retailer", "purchase_order", "fence"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.purchase_order} #{self.fence}"
