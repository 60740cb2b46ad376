"""What each call of the REST API does; names are Wix's own method names, which are also the names for faults."""

from collections.abc import Callable
from typing import Any

from sandbox.wix import orders, placing
from sandbox.wix.model import Fulfillment, Order, Refused, Tracking
from sandbox.wix.payloads import (
    fulfillments_payload,
    inventory_payload,
    order_payload,
    transactions_payload,
    variant_payload,
)
from sandbox.wix.searching import search_orders
from sandbox.wix.store import Store

Body = dict[str, Any]
Ids = dict[str, str]
_MOST_LINES = 300


def get_app_instance(store: Store, ids: Ids, body: Body) -> Body:
    """Who the installed app is talking to."""
    return {
        "instance": {
            "instanceId": store.instance_id,
            "appName": "Orderlane",
            "appVersion": "1.0.0",
            "isFree": True,
            "permissions": list(store.scopes),
        },
        "site": {
            "siteId": store.site_id,
            "siteDisplayName": store.name,
            "locale": "fr",
            "paymentCurrency": store.currency,
            "url": f"https://{store.seed['domain']}",
            "installedWixApps": ["215238eb-22a5-4c36-9e7b-e7c08025e04e"],
        },
    }


def get_site_properties(store: Store, ids: Ids, body: Body) -> Body:
    """What an API key can learn about a site."""
    properties = {"siteDisplayName": store.name, "paymentCurrency": store.currency, "language": "fr"}
    return {"version": "1", "properties": properties}


def search(store: Store, ids: Ids, body: Body) -> Body:
    """Search orders."""
    return search_orders(store, body.get("search") or {})


def get_order(store: Store, ids: Ids, body: Body) -> Body:
    """One order as it stands now."""
    return {"order": _payload(store, _order(store, ids))}


def create_order(store: Store, ids: Ids, body: Body) -> Body:
    """Place an order. There is no idempotency key: the same body makes a second one."""
    given = body.get("order")
    if not isinstance(given, dict):
        raise Refused("order is required")
    order = placing.order_from_input(store, given, body.get("settings") or {})
    return {"order": _payload(store, orders.place_order(store, order, "api"))}


def cancel_order(store: Store, ids: Ids, body: Body) -> Body:
    """Cancel an order; refunds nothing."""
    order = _order(store, ids)
    orders.cancel_order(store, order, "API", False, bool(body.get("restockAllItems")), "api")
    return {"order": _payload(store, order)}


def list_fulfillments(store: Store, ids: Ids, body: Body) -> Body:
    """The fulfillments of one order."""
    return {"orderWithFulfillments": fulfillments_payload(_order(store, ids))}


def create_fulfillment(store: Store, ids: Ids, body: Body) -> Body:
    """Record a parcel; a line without a quantity takes everything that is left."""
    order = _order(store, ids)
    given = _fulfillment_body(body)
    rows = given.get("lineItems") or []
    if len(rows) > _MOST_LINES:
        raise Refused(f"fulfillment.lineItems holds more than {_MOST_LINES} items")
    wanted = [(str(row.get("id") or ""), _count(row.get("quantity"))) for row in rows]
    made = orders.fulfill(store, order, wanted, _tracking(given), "api")
    return {"fulfillmentId": made.id, "orderWithFulfillments": fulfillments_payload(order)}


def update_fulfillment(store: Store, ids: Ids, body: Body) -> Body:
    """Change the tracking of a fulfillment, and nothing else."""
    order = _order(store, ids)
    given = _fulfillment_body(body)
    orders.correct_tracking(store, order, _fulfillment(order, ids), _tracking(given), "api")
    return {"orderWithFulfillments": fulfillments_payload(order)}


def delete_fulfillment(store: Store, ids: Ids, body: Body) -> Body:
    """Take a fulfillment back."""
    order = _order(store, ids)
    orders.delete_fulfillment(store, order, _fulfillment(order, ids), "api")
    return {"orderWithFulfillments": fulfillments_payload(order)}


def list_transactions(store: Store, ids: Ids, body: Body) -> Body:
    """The payments of one order."""
    return {"orderTransactions": transactions_payload(_order(store, ids))}


def add_payments(store: Store, ids: Ids, body: Body) -> Body:
    """Record payments; the same one twice is recorded twice."""
    order = _order(store, ids)
    rows = body.get("payments")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 50:
        raise Refused("payments must hold 1 to 50 items")
    made = []
    for row in rows:
        worth = placing.amount(row.get("amount"), "payments.amount")
        details = row.get("regularPaymentDetails") or {}
        transaction = str(details.get("providerTransactionId") or "")
        made.append(orders.add_payment(store, order, worth, transaction, "api"))
    return {"orderTransactions": transactions_payload(order), "paymentsIds": [payment.id for payment in made]}


def query_variants(store: Store, ids: Ids, body: Body) -> Body:
    """The variants of Catalog V3, in pages."""
    rows = list(store.variants.values())
    page, metadata = _page(rows, body.get("query") or {}, 1000)
    return {"variants": [variant_payload(one, store.currency) for one in page], "pagingMetadata": metadata}


def query_inventory(store: Store, ids: Ids, body: Body) -> Body:
    """What is on hand, by variant."""
    query = body.get("query") or {}
    wanted = ((query.get("filter") or {}).get("productId") or {}).get("$in")
    rows = [one for one in store.variants.values() if wanted is None or one.product_id in wanted]
    page, metadata = _page(rows, query, 1000)
    return {"inventoryItems": [inventory_payload(one) for one in page], "pagingMetadata": metadata}


def _page(rows: list[Any], query: Body, most: int) -> tuple[list[Any], Body]:
    paging = query.get("cursorPaging") or {}
    limit = paging.get("limit", 100)
    if not isinstance(limit, int) or not 1 <= limit <= most:
        raise Refused("cursorPaging.limit is out of range")
    start = int(paging["cursor"]) if str(paging.get("cursor") or "").isdigit() else 0
    page, more = rows[start : start + limit], len(rows) > start + limit
    return page, {"count": len(page), "cursors": {"next": str(start + limit)} if more else {}, "hasNext": more}


def _payload(store: Store, order: Order) -> Body:
    return order_payload(order, store.world.settings.base_url)


def _order(store: Store, ids: Ids) -> Order:
    order = store.orders.get(ids["order"].lower())
    if order is None:
        raise Refused("Order not found", "ORDER_NOT_FOUND", 404)
    return order


def _fulfillment(order: Order, ids: Ids) -> Fulfillment:
    found = next((one for one in order.fulfillments if one.id == ids["fulfillment"].lower()), None)
    if found is None:
        raise Refused("Fulfillment not found", "FULFILLMENT_NOT_FOUND", 404)
    return found


def _fulfillment_body(body: Body) -> Body:
    given = body.get("fulfillment")
    if not isinstance(given, dict):
        raise Refused("fulfillment is required")
    return given


def _tracking(given: Body) -> Tracking:
    told = given.get("trackingInfo") or {}
    number = str(told.get("trackingNumber") or "")
    if len(number) > 100:
        raise Refused("trackingInfo.trackingNumber is longer than 100")
    return Tracking(str(told.get("shippingProvider") or ""), number, str(told.get("trackingLink") or ""))


def _count(quantity: Any) -> int | None:
    if quantity is None:
        return None
    if type(quantity) is not int or quantity < 1:
        raise Refused("lineItems.quantity must be at least 1")
    return quantity


Work = Callable[[Store, Ids, Body], Body]

CALLS: list[tuple[str, str, str, str, Work]] = [
    # method, path, name (also for faults), permission, work
    ("GET", "/apps/v1/instance", "getAppInstance", "WIX_DEVELOPERS.MANAGE_APP_INSTANCE", get_app_instance),
    ("GET", "/site-properties/v4/properties", "getSiteProperties", "SITE_PROPERTIES.READ", get_site_properties),
    ("POST", "/ecom/v1/orders/search", "searchOrders", "ECOM.READ_ORDERS", search),
    ("POST", "/ecom/v1/orders", "createOrder", "ECOM.CREATE_ORDERS", create_order),
    ("GET", "/ecom/v1/orders/{order}", "getOrder", "ECOM.READ_ORDERS", get_order),
    ("POST", "/ecom/v1/orders/{order}/cancel", "cancelOrder", "ECOM.MODIFY_ORDERS", cancel_order),
    (
        "GET",
        "/ecom/v1/fulfillments/orders/{order}",
        "listFulfillmentsForSingleOrder",
        "ECOM.READ_FULFILLMENTS",
        list_fulfillments,
    ),
    (
        "POST",
        "/ecom/v1/fulfillments/orders/{order}/create-fulfillment",
        "createFulfillment",
        "ECOM.MODIFY_FULFILLMENTS",
        create_fulfillment,
    ),
    (
        "PATCH",
        "/ecom/v1/fulfillments/{fulfillment}/orders/{order}",
        "updateFulfillment",
        "ECOM.MODIFY_FULFILLMENTS",
        update_fulfillment,
    ),
    (
        "DELETE",
        "/ecom/v1/fulfillments/{fulfillment}/orders/{order}",
        "deleteFulfillment",
        "ECOM.MODIFY_FULFILLMENTS",
        delete_fulfillment,
    ),
    (
        "GET",
        "/ecom/v1/payments/orders/{order}",
        "listTransactionsForSingleOrder",
        "ECOM.READ_TRANSACTIONS",
        list_transactions,
    ),
    (
        "POST",
        "/ecom/v1/payments/orders/{order}/add-payment",
        "addPayments",
        "ECOM.MODIFY_TRANSACTIONS",
        add_payments,
    ),
    ("POST", "/stores/v3/products/query-variants", "queryVariants", "STORES.PRODUCT_READ", query_variants),
    ("POST", "/stores/v3/inventory-items/query", "queryInventoryItems", "STORES.INVENTORY_READ", query_inventory),
]
