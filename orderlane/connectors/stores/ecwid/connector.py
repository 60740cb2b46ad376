"""Ecwid behind our two ports: a retailer's store, and a supplier's store that takes purchase orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Final

from orderlane.connectors.pasted import found_in
from orderlane.connectors.reading import Node, nodes, unreadable
from orderlane.connectors.stores.ecwid import mapping, parcels, placing, webhooks
from orderlane.connectors.stores.ecwid.client import EcwidClient, order_path
from orderlane.connectors.stores.ecwid.install import SCOPES, EcwidInstall
from orderlane.connectors.stores.ecwid.parcels import Parcel
from orderlane.connectors.stores.ecwid.reading import quantity
from orderlane.connectors.stores.ecwid.windows import PAGE, Window
from orderlane.kernel.clock import now as present
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.money import MoneyError
from orderlane.ports.accounts import Account, CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.budgets import DocumentedLimit
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.installs import InstallFlow
from orderlane.ports.stores import (
    FulfillmentRequest,
    FulfillmentWork,
    GoodsPage,
    OrderPage,
    OrderRef,
    PlacedOrder,
    PlacedOrderState,
    PurchaseOrderRequest,
    Registration,
    RequestAnswer,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    Tracking,
)

SEARCH_SETTLE: Final = timedelta(minutes=2)
"""How far the keyword search may lag behind; Ecwid documents no figure, so this is deliberately long."""

GOODS_OVERLAP: Final = 10
"""How many products two pages share: one that is deleted meanwhile moves all later ones forward."""

_REF_FIELDS = "total,count,items(id,updateTimestamp,updateDate,paymentStatus)"
_FOUND_FIELDS = (
    "total,count,items(id,vendorOrderNumber,referenceTransactionId,privateAdminNotes,paymentStatus,"
    "fulfillmentStatus,createTimestamp,createDate)"
)
_PROFILE_FIELDS = "generalInfo,account,settings(storeName),formatsAndUnits(currency)"


class _EcwidSide:
    """What both ports need from one store."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> EcwidClient:
        """Made at the first call, so that webhooks are still verified for an account whose token is gone."""
        return EcwidClient(self._account)

    @cached_property
    def _currency(self) -> str:
        """The currency of every amount: orders and products name none, so the profile is read once."""
        return mapping.currency_from(self._profile("formatsAndUnits(currency)"))

    def _profile(self, fields: str) -> Node:
        profile = self._client.read("/profile", responseFields=fields)
        if profile is None:
            raise NeedsAttention("there is no such store", reason="shop_not_found")
        return profile

    def _order(self, external_id: str) -> Node | None:
        return self._client.read(order_path(external_id))

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        """Read the first stretch of time that fits on one page; a single second that does not is paged by offset."""
        window, latest = Window.at(since, cursor), int(present().timestamp())
        while True:
            found, total = self._rows(window, 0)
            refs = [mapping.order_ref_from(order) for order in found]
            latest = max([latest, *(int(ref.updated_at.timestamp()) for ref in refs)])
            if total <= len(found):
                break
            narrower = window.narrowed(total, latest)
            if narrower is None:
                refs = self._whole_second(window, refs, total)
                break
            window = narrower
        kept = {ref.external_id: ref for ref in refs if window.holds(ref.updated_at)}
        return OrderPage(sorted(kept.values(), key=_by_time), window.next_cursor(latest))

    def _rows(self, window: Window, offset: int) -> tuple[list[Node], int]:
        """One page of a stretch without the checkouts nobody finished, and how many rows it holds in all.

        Rows left out are made up for in the total, so that a full page is told from a cut one.
        """
        answer = self._listed(
            "/orders",
            # A second more on either side: whether the bounds belong to the list is not documented.
            updatedFrom=window.start - 1,
            updatedTo=None if window.end is None else window.end + 1,
            offset=offset or None,
            limit=PAGE,
            responseFields=_REF_FIELDS,
        )
        rows = nodes(answer, "items")
        finished = [order for order in rows if not mapping.is_unfinished(order)]
        return finished, quantity(answer, "total") - (len(rows) - len(finished))

    def _whole_second(self, window: Window, first: list[OrderRef], total: int) -> list[OrderRef]:
        """More orders than a page in one second: they can only leave it, and the number then tells."""
        refs = list(first)
        for offset in range(PAGE, total + PAGE, PAGE):
            refs += [mapping.order_ref_from(order) for order in self._rows(window, offset)[0]]
        if self._rows(window, 0)[1] != total:
            raise Unavailable("orders changed while they were being listed", reason="changed_while_reading")
        return refs

    def _listed(self, path: str, **query: object) -> Node:
        answer = self._client.read(path, **query)
        if answer is None:
            raise unreadable("items")
        return answer


class EcwidStore(_EcwidSide):
    """A retailer's Ecwid store."""

    platform: ClassVar[str] = "ecwid"
    label: ClassVar[str] = "Ecwid by Lightspeed"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "external_id",
            label=gettext_noop("Store ID"),
            hint=gettext_noop("The number at the foot of every page of the Ecwid admin"),
            secret=False,
            pattern=r"^[1-9][0-9]{3,14}$",
            tidy=lambda typed: found_in(
                typed, r"store/?([1-9][0-9]{3,14})(?:\D|\Z)", r"\A(?:ID:?)?\s*#?([1-9][0-9]{3,14})\Z"
            ),
        ),
        CredentialField(
            "access_token",
            label=gettext_noop("Secret token"),
            hint=gettext_noop("On the page of your custom app, under Access tokens"),
        ),
        CredentialField(
            "webhook_secret",
            label=gettext_noop("Client secret"),
            hint=gettext_noop("Signs the webhooks of your custom app"),
        ),
    )
    connect_steps: ClassVar[Sequence[str]] = (
        gettext_noop("In the Ecwid admin, open Apps, My Apps, Develop apps, and create a custom app."),
        gettext_noop("Give it these access scopes: %(scopes)s."),
        gettext_noop("Enter the webhook address below in the app’s settings, for the events on orders."),
        gettext_noop("Copy the store’s ID, the app’s secret token and its client secret into the fields."),
    )
    capabilities: ClassVar[frozenset[StoreCapability]] = frozenset(
        {StoreCapability.COMMON_WEBHOOK_DOOR, StoreCapability.DATED_WEBHOOKS}
    )
    install_flow: ClassVar[type[InstallFlow] | None] = EcwidInstall
    documented_limit: ClassVar[DocumentedLimit | None] = DocumentedLimit(calls=600, seconds=60)

    def identify(self) -> StoreIdentity:
        """Call the store, and try what can be tried of our permissions by reading. Reads only."""
        profile = self._profile(_PROFILE_FIELDS)
        account = profile.get("account")
        if isinstance(account, dict) and account.get("suspended") is True:
            raise NeedsAttention("the store is suspended", reason="shop_frozen")
        missing = [scope for scope in SCOPES if scope not in self._granted()]
        for path, scope in (("/orders", "read_orders"), ("/products", "read_catalog")):
            if scope not in missing and not self._may_read(path):
                missing.append(scope)
        if missing:
            raise NeedsAttention("the app lacks permissions", reason="missing_scope", scopes=missing)
        return mapping.identity_from(profile)

    def _granted(self) -> Sequence[str]:
        """What the install flow said was granted; a pasted token does not tell, and is taken to have it all."""
        return self._account.secrets.get("scopes", "").split() or SCOPES

    def _may_read(self, path: str) -> bool:
        try:
            self._client.read(path, limit=1, responseFields="total")
        except NeedsAttention as refusal:
            if refusal.reason == "missing_scope":
                return False
            raise
        return True

    def renew_secrets(self, now: datetime) -> Mapping[str, str] | None:
        """Nothing to do: a token lives until the app is removed."""
        return None

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """Which store a message at the common door names. Nothing is verified yet; no network."""
        return webhooks.addressee(body)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check signature, store and age; ``resource_id`` is the order's id as ``fetch_order`` takes it."""
        return webhooks.verify(self._account, headers, body, now)

    def subscribe(self, callback_url: str) -> Sequence[str]:
        """Nothing to mend: webhooks are set once in the app's own settings at Ecwid."""
        return ()

    def registrations(self, callback_url: str) -> Sequence[Registration]:
        """Nothing of ours stands in the store besides the app itself."""
        return ()

    def unsubscribe(self, callback_url: str) -> None:
        """Nothing to remove: webhooks are set in the app's own settings, for all stores."""

    def withdraw(self, callback_url: str) -> None:
        """Nothing to remove: the store's owner removes the app, which ends token and webhooks."""

    def offer_fulfillment(self, callback_url: str) -> None:
        """Ecwid has no *Request fulfillment*."""

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order; None when the store does not know it, or only as a checkout nobody finished."""
        order = self._order(external_id)
        if order is None or mapping.is_unfinished(order):
            return None
        return mapping.order_from(order, self._currency)

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what our own parcels have left over of an order. Reads only."""
        order = self._order(order_external_id)
        return [] if order is None else [mapping.work_from(order, parcels.parcels_in(order))]

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """Ecwid has no *Request fulfillment*."""
        return ()

    def answer_request(self, work_external_id: str, answer: RequestAnswer, message: str = "") -> None:
        """Ecwid has no *Request fulfillment*: there is never one to answer."""
        raise Declined("there is no such request", reason="request_not_open")

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Note a parcel, add its numbers to the tracking field, and move the status, all in one PUT.

        NOT safe to repeat. Only one push per order may run at a time: the note is read, extended, and written
        back whole. Whether the customer is mailed is decided by the store's settings for each status.
        """
        if not request.quantities or min(request.quantities.values()) <= 0:
            raise NeedsAttention("a parcel needs lines with positive quantities", reason="empty_parcel")
        order = self._order(request.order_external_id)
        if order is None or not parcels.may_ship(order):
            raise Declined("the order is not to be shipped", reason="nothing_left_to_fulfill")
        known = parcels.parcels_in(order)
        left = parcels.left_to_ship(order, known, all_lines=True)
        missing = sorted(line for line, count in request.quantities.items() if count > left.get(line, 0))
        if missing:
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=missing)
        parcel = parcels.next_parcel(known, request.quantities, request.tracking)
        changes = parcels.changes_for(order, known, [*known, parcel], request.tracking, new_status=True)
        self._write(request.order_external_id, changes, parcel)
        noted = parcel.as_fulfillment(request.order_external_id)
        return StoreFulfillment(noted.external_id, parcel.quantities, request.tracking)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read our parcels from the order's note. Reads only."""
        order = self._order(order_external_id)
        if order is None:
            return []
        return [parcel.as_fulfillment(order_external_id) for parcel in parcels.parcels_in(order)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Rewrite one parcel of the note and the tracking field. Safe to repeat; the status stays as it is."""
        order_id, key = parcels.split_id(fulfillment_external_id)
        order = self._order(order_id) if order_id else None
        known = parcels.parcels_in(order) if order is not None else []
        before = next((parcel for parcel in known if parcel.key == key), None)
        if order is None or before is None:
            raise Declined("the order has no such parcel of ours", reason="tracking_refused")
        parcel = Parcel(key, before.quantities, tracking.carrier, tuple(tracking.numbers))
        after = [parcel if each.key == key else each for each in known]
        self._write(order_id, parcels.changes_for(order, known, after, tracking, new_status=False), parcel)

    def _write(self, order_id: str, changes: Mapping[str, Any], parcel: Parcel) -> None:
        """Write, then look: another app may have written the note back as it was before ours."""
        self._client.write("PUT", order_path(order_id), changes)
        try:
            order = self._order(order_id)
        except OutsideError as error:
            raise OutcomeUnknown("written, but it cannot be read back", reason="no_clear_answer") from error
        if order is None or parcel not in parcels.parcels_in(order):
            raise OutcomeUnknown("the store does not show the parcel", reason="empty_fulfillment")


class EcwidOrderChannel(_EcwidSide):
    """A supplier's Ecwid store, taking purchase orders as paid and unfulfilled orders."""

    method: ClassVar[str] = "ecwid"
    lookup_settle: ClassVar[timedelta] = SEARCH_SETTLE

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order. NOT safe to repeat: Ecwid knows no idempotency key, so look up first."""
        if request.shipping.currency != self._currency:
            raise NeedsAttention("the store sells in another currency", reason="other_currency")
        try:
            order = placing.order_input(request)
        except MoneyError as error:
            raise NeedsAttention("one order has one currency", reason="mixed_currencies") from error
        answer = self._client.write("POST", "/orders", order)
        # The reference spells it in small letters, Ecwid's own client does not.
        placed = answer.get("orderid") or answer.get("orderId")
        if not isinstance(placed, str):
            raise OutcomeUnknown("the answer names no order", reason="no_clear_answer")
        return PlacedOrder(external_id=placed, number=placed)

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """Look up by our reference; raise NeedsAttention when two live orders carry it. Reads only.

        A canceled order is returned only when there is no live one: it was placed, so it is not placed again.
        """
        answer = self._listed("/orders", keywords=reference, limit=PAGE, responseFields=_FOUND_FIELDS)
        found = nodes(answer, "items")
        placed = [placing.placed_order_from(order) for order in placing.placed_under(reference, found)]
        if not placed and quantity(answer, "total") > len(found):
            raise NeedsAttention("the search finds only other orders", reason="look_up_inconclusive")
        live = [order for order in placed if not order.canceled]
        if len(live) > 1:
            raise NeedsAttention(
                "more than one live order under one reference",
                reason="placed_twice",
                orders=[order.external_id for order in live],
            )
        return next(iter(live or placed), None)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its one shipment; None when it is deleted. Reads only."""
        order = self._order(external_id)
        if order is None:
            return None
        return PlacedOrderState(placing.placed_order_from(order), [placing.shipment_from(order)])

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List what the store sells, a hundred products at a time, oldest first; some come twice. Reads only."""
        offset = int(cursor) if cursor.isascii() and cursor.isdigit() else 0
        answer = self._listed("/products", enabled="true", sortBy="ADDED_TIME_ASC", offset=offset or None, limit=PAGE)
        products = nodes(answer, "items")
        goods = [good for product in products for good in mapping.goods_from(product, self._currency)]
        end = offset + len(products)
        more = len(products) > GOODS_OVERLAP and end < quantity(answer, "total")
        return GoodsPage(goods, str(end - GOODS_OVERLAP) if more else "")


def _by_time(ref: OrderRef) -> tuple[datetime, str]:
    return ref.updated_at, ref.external_id
