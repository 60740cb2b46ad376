"""What we ask of a retailer's store, and of a supplier's store that takes purchase orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, CredentialField, Environment, WebhookEvent
from orderlane.ports.budgets import DocumentedLimit
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.installs import InstallFlow


class FinancialState(StrEnum):
    """Whether the customer has paid the retailer. A word we do not know stays UNKNOWN and blocks paying."""

    PENDING = "pending"
    PAID = "paid"
    REFUNDED = "refunded"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """Who answered when we called with the given credentials."""

    external_id: str
    name: str
    domain: str
    currency: str
    environment: Environment = Environment.LIVE


@dataclass(frozen=True, slots=True)
class StoreOrderLine:
    """One line of a customer's order. ``quantity`` is what is left after edits and refunds, never negative."""

    external_id: str
    title: str
    quantity: int
    unit_price: Money
    variant_id: str = ""
    variant_title: str = ""
    sku: str = ""
    image_url: str = ""
    requires_shipping: bool = True
    fulfilled: int = 0
    """How many of ``quantity`` the store says have already been shipped, by us or by anybody."""
    ship_to: Address | None = None
    """Where this line goes, when the order has several addresses; None for the order's own."""


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """A customer's order as the store tells it now. ``updated_at`` orders versions of the same order."""

    external_id: str
    number: str
    placed_at: datetime
    updated_at: datetime
    financial_state: FinancialState
    total: Money
    lines: Sequence[StoreOrderLine]
    ship_to: Address
    customer_name: str = ""
    customer_email: str = ""
    canceled_at: datetime | None = None
    is_test: bool = False
    purchase_order: str = ""
    """The number of the purchase order that *we* placed here, by the marks our order channels write: no customer's."""
    language: str = ""
    """The customer's, as the platform writes it (``fr``, ``fr-CA``); empty when it does not tell."""


@dataclass(frozen=True, slots=True)
class OrderRef:
    """An order that changed, to be fetched."""

    external_id: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of changed orders, oldest change first; ``next_cursor`` is empty on the last page."""

    refs: Sequence[OrderRef]
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Tracking:
    """How one parcel is followed. ``numbers`` and ``urls`` match by position; a url may be empty."""

    carrier: str = ""
    numbers: Sequence[str] = ()
    urls: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """One thing of ours that stands in the store; ``active`` is False when the store has switched it off."""

    kind: str
    """``webhook``, ``fulfillment_service`` or ``location``: a stable code that pages translate."""
    name: str
    """The topic, or what the store's admin calls it."""
    external_id: str
    active: bool = True


class RequestAnswer(StrEnum):
    """How we answer a *Request fulfillment*, or the request to cancel one."""

    ACCEPT = "accept"
    REJECT_UNPAID = "reject_unpaid"
    """The retailer did not pay the supplier in time (Shopify: ``PAYMENT_DECLINED``)."""
    ACCEPT_CANCELLATION = "accept_cancellation"
    REJECT_CANCELLATION = "reject_cancellation"


class RequestState(StrEnum):
    """Where a store's *Request fulfillment* stands."""

    NONE = "none"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLATION_REQUESTED = "cancellation_requested"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FulfillmentWork:
    """Work a store still wants done at one location (Shopify's *fulfillment order*). Ids are not stable: re-read."""

    external_id: str
    order_external_id: str
    location_id: str
    open: bool
    request_state: RequestState
    remaining: Mapping[str, tuple[str, int]]
    """Order line external id → (work line external id, quantity left)."""
    requested_at: datetime | None = None
    """When the open request was made; None when the store does not tell."""
    request_message: str = ""
    """What the retailer wrote beside it."""


@dataclass(frozen=True, slots=True)
class FulfillmentRequest:
    """Tell the store that these quantities of these order lines have shipped together."""

    order_external_id: str
    quantities: Mapping[str, int]
    """Order line external id → quantity in this parcel."""
    tracking: Tracking
    notify_customer: bool = True


@dataclass(frozen=True, slots=True)
class StoreFulfillment:
    """A fulfillment the store has on record."""

    external_id: str
    quantities: Mapping[str, int]
    tracking: Tracking
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class PurchaseOrderLineRequest:
    """One line to order: our line reference, the supplier's variant, the wholesale price of one piece."""

    reference: str
    variant_id: str
    sku: str
    title: str
    quantity: int
    unit_cost: Money


@dataclass(frozen=True, slots=True)
class PurchaseOrderRequest:
    """A paid purchase order to be placed at the supplier, exactly once, under ``reference`` (``OL-100234``)."""

    reference: str
    lines: Sequence[PurchaseOrderLineRequest]
    ship_to: Address
    shipping: Money
    tax: Money
    retailer_name: str
    retailer_domain: str
    payment_reference: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A purchase order as the supplier's system knows it."""

    external_id: str
    number: str
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class SupplierShipment:
    """A parcel the supplier has sent for one of our purchase orders."""

    external_id: str
    quantities: Mapping[str, int]
    """Our line reference → quantity."""
    tracking: Tracking
    shipped_at: datetime
    updated_at: datetime
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class PlacedOrderState:
    """What the supplier's system says about one of our purchase orders now."""

    order: PlacedOrder
    shipments: Sequence[SupplierShipment] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ChannelGood:
    """A variant a supplier's system can be asked to send, at the price it has there."""

    variant_id: str
    sku: str
    title: str
    variant_title: str
    price: Money
    stock: int | None = None
    """Pieces on hand; None when the system does not count them (it then sells without limit)."""
    ean: str = ""
    picture_url: str = ""
    product_url: str = ""


@dataclass(frozen=True, slots=True)
class GoodsPage:
    """One page of a supplier's goods; ``next_cursor`` is empty on the last page."""

    goods: Sequence[ChannelGood]
    next_cursor: str = ""


class StoreConnector(Protocol):
    """A retailer's store. Every method may raise the four kinds of :mod:`orderlane.kernel.errors`."""

    platform: ClassVar[str]
    label: ClassVar[str]
    credential_fields: ClassVar[Sequence[CredentialField]]
    """What is pasted to connect by hand. One field is named ``external_id``: it names the store."""
    connect_steps: ClassVar[Sequence[str]]
    """What a person does over there to get them: message ids; ``%(scopes)s`` stands for what the app must be given."""
    capabilities: ClassVar[frozenset[StoreCapability]]
    install_flow: ClassVar[type[InstallFlow] | None]
    """The platform's own install flow, offered when the operator has registered an app; None where there is none."""
    documented_limit: ClassVar[DocumentedLimit | None]
    """The rate limit of one store, where answers do not tell it: we keep count ourselves then. None where they do,
    or where there is no limit to go by."""

    def __init__(self, account: Account) -> None: ...

    def identify(self) -> StoreIdentity:
        """Call the store with the credentials and say who answered. Reads only.

        Raises NeedsAttention (``missing_scope``, naming them) when a permission we need was not given.
        """
        ...

    def renew_secrets(self, now: datetime) -> Mapping[str, str] | None:
        """Return the account's new secrets when the old ones end soon, None when there is nothing to do.

        The caller lets one worker at a time do this and stores the answer at once. Safe to repeat.
        """
        ...

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """The external id of the store that a message at the platform's common door names; "" when it names none.

        Nothing is verified yet: the caller looks that store up and then calls :meth:`verify_webhook`. No network.
        """
        ...

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check signature, sender and age over the raw body; raise ForgedWebhook or UnreadableWebhook. No network."""
        ...

    def subscribe(self, callback_url: str) -> Sequence[str]:
        """Make sure the store sends the webhooks we need to ``callback_url``. Safe to repeat.

        Returns the topics that were missing or switched off and have been mended: what happened meanwhile may
        not have been told. Empty where the platform manages webhooks in the app's own settings.
        """
        ...

    def registrations(self, callback_url: str) -> Sequence[Registration]:
        """What of ours stands in the store and would be removed by :meth:`withdraw`. Reads only."""
        ...

    def unsubscribe(self, callback_url: str) -> None:
        """Remove the webhooks that were made with this account's keys from the store. Safe to repeat."""
        ...

    def withdraw(self, callback_url: str) -> None:
        """Remove our webhooks and our fulfillment service (with its location) from the store. Safe to repeat."""
        ...

    def offer_fulfillment(self, callback_url: str) -> None:
        """Make the store's own *Request fulfillment* lead to us; nothing where a platform has none. Safe to repeat."""
        ...

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read one order as it stands now; None when the store does not know it. Reads only."""
        ...

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, oldest first. Reads only."""
        ...

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what is left to ship of an order, per location. Reads only."""
        ...

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """List work with a fulfillment or cancellation request that we have not answered, and accepted work.

        Accepted work that is not finished comes without its lines: it only names orders whose acceptance we may
        have failed to note. Reads only.
        """
        ...

    def answer_request(self, work_external_id: str, answer: RequestAnswer, message: str = "") -> None:
        """Answer a fulfillment request (accepted, the store shows *In progress*) or the wish to cancel one.

        Raises Declined (``request_not_open``) on a repeat: look up with :meth:`list_work` first.
        """
        ...

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel in the store. NOT safe to repeat: look up with :meth:`list_fulfillments` first."""
        ...

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """The look-up of :meth:`push_fulfillment`: what is on record, nothing for an unknown order. Reads only."""
        ...

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Replace the tracking of a recorded fulfillment. Safe to repeat."""
        ...

    def cancel_fulfillment(self, fulfillment_external_id: str) -> None:
        """Take a recorded parcel back: its pieces are to be shipped again. Safe to repeat: gone already is no error."""
        ...


class OrderChannel(Protocol):
    """A way a supplier takes purchase orders. Every method may raise the four kinds."""

    method: ClassVar[str]
    lookup_settle: ClassVar[timedelta]
    """How long after a send a look-up may still miss the order: absent means absent only after this."""

    def __init__(self, account: Account) -> None: ...

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order, paid and unfulfilled. NOT safe to repeat: look up first."""
        ...

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """The look-up of :meth:`send_purchase_order`, by our reference. Reads only."""
        ...

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when the supplier deleted it. Reads only."""
        ...

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List placed orders (ours and others) changed at or after ``since``, oldest first. Reads only."""
        ...

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List what the supplier's system sells, so that purchase orders can name its variants. Reads only."""
        ...
