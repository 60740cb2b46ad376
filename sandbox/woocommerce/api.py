"""The REST API of all shops: who may, what was asked for, and the answer in the platform's own shape."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.core.shopping import Refusal
from sandbox.core.world import World
from sandbox.woocommerce import shapes, shipping, writing
from sandbox.woocommerce.listing import fields, found_orders, paged
from sandbox.woocommerce.model import Fulfillment, Order, Tracker, Way, Webhook, Wrong
from sandbox.woocommerce.store import Store

Work = Callable[[Store, Request, dict[str, Any]], Response]
_V3 = "/{shop}/wp-json/wc/v3"
_TRACKING = "/{shop}/wp-json/wc-shipment-tracking/v3"
_MAINTENANCE = "<!DOCTYPE html><title>Maintenance</title><p>Briefly unavailable for scheduled maintenance.</p>"


class Rest:
    """The API; each operation goes under its name on the board of faults."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores

    def routes(self) -> list[Route]:
        """Addresses below `/woocommerce`."""
        order, parcel = f"{_V3}/orders/{{order}}", f"{_V3}/orders/{{order}}/fulfillments"
        trackers = f"{_TRACKING}/orders/{{order}}/shipment-trackings"
        table: list[tuple[str, str, str, Work]] = [
            ("GET", "/{shop}/wp-json/", "getIndex", _index),
            ("GET", f"{_V3}/data/currencies/current", "getCurrency", _currency),
            ("GET", f"{_V3}/orders", "listOrders", _list_orders),
            ("POST", f"{_V3}/orders", "createOrder", _create_order),
            ("POST", f"{_V3}/orders/batch", "batchOrders", _nothing),
            ("GET", order, "getOrder", _get_order),
            ("PUT", order, "updateOrder", _update_order),
            ("GET", f"{order}/refunds", "listRefunds", _list_refunds),
            ("GET", f"{order}/notes", "listNotes", _list_notes),
            ("POST", f"{order}/notes", "createNote", _create_note),
            ("GET", parcel, "listFulfillments", _list_fulfillments),
            ("POST", parcel, "createFulfillment", _create_fulfillment),
            ("GET", f"{parcel}/{{parcel}}", "getFulfillment", _get_fulfillment),
            ("PUT", f"{parcel}/{{parcel}}", "updateFulfillment", _update_fulfillment),
            ("DELETE", f"{parcel}/{{parcel}}", "deleteFulfillment", _delete_fulfillment),
            ("GET", trackers, "listTrackings", _list_trackers),
            ("POST", trackers, "createTracking", _create_tracker),
            ("DELETE", f"{trackers}/{{tracker}}", "deleteTracking", _delete_tracker),
            ("GET", f"{_TRACKING}/shipment-trackings/providers", "listProviders", _providers),
            ("GET", f"{_V3}/products", "listProducts", _list_products),
            ("GET", f"{_V3}/products/{{product}}", "getProduct", _get_product),
            ("GET", f"{_V3}/products/{{product}}/variations", "listVariations", _list_variations),
            ("GET", f"{_V3}/webhooks", "listWebhooks", _list_webhooks),
            ("POST", f"{_V3}/webhooks", "createWebhook", _create_webhook),
            ("PUT", f"{_V3}/webhooks/{{webhook}}", "updateWebhook", _update_webhook),
            ("DELETE", f"{_V3}/webhooks/{{webhook}}", "deleteWebhook", _delete_webhook),
        ]
        routes = [Route(path, self._answering(name, work), methods=[method]) for method, path, name, work in table]
        return [*routes, Route("/{shop}/wp-json/{rest:path}", self._no_route, methods=["GET", "POST", "PUT", "DELETE"])]

    def _answering(self, operation: str, work: Work) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            store = self._stores.get(request.path_params["shop"])
            if store is None:
                return HTMLResponse("<!DOCTYPE html><title>Not found</title>", 404)

            async def do() -> Response:
                try:
                    _require(store, request)
                    return work(store, request, await _body(request))
                except Wrong as wrong:
                    store.write("call.refused", operation=operation, code=wrong.code, status=wrong.status)
                    return _error(wrong.status, wrong.code, wrong.message)
                except Refusal as refused:
                    return _error(400, "woocommerce_rest_refused", refused.message)

            return await self._world.answer(store.system, operation, do, _broken)

        return answer

    async def _no_route(self, request: Request) -> Response:
        wrong = _missing_route()
        return _error(wrong.status, wrong.code, wrong.message)


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "data": {"status": status}}, status)


def _broken(status: int) -> Response:
    if status == 503:
        return HTMLResponse(_MAINTENANCE, 503)
    return _error(status, "internal_server_error", "There has been a critical error on this website.")


def _missing_route() -> Wrong:
    return Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")


def _require(store: Store, request: Request) -> None:
    """Who asks, and may they? An unknown key is nobody; a known one with a wrong secret is an error of its own."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        key, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        key = secret = ""
    if scheme != "Basic" or not store.key or not hmac.compare_digest(key.encode(), store.key.encode()):
        if request.url.path.endswith("/wp-json/"):
            return  # anybody may ask a shop who it is
        store.write("call.denied", path=request.url.path)
        raise Wrong(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
    if not hmac.compare_digest(secret.encode(), store.secret.encode()):
        store.write("call.denied", path=request.url.path)
        raise Wrong(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.")
    needs = "read" if request.method == "GET" else "write"
    if needs not in store.permissions:
        store.write("call.denied", path=request.url.path)
        message = f"The API key provided does not have {needs} permissions."
        raise Wrong(401, "woocommerce_rest_authentication_error", message)


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError as wrong:
        raise Wrong(400, "rest_invalid_json", "Invalid JSON body passed.") from wrong
    if not isinstance(body, dict):
        raise Wrong(400, "rest_invalid_json", "Invalid JSON body passed.")
    return body


def _order(store: Store, request: Request, status: int = 404) -> Order:
    order = store.find_order(request.path_params["order"])
    if order is None:
        raise Wrong(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
    return order


# The shop


def _index(store: Store, request: Request, body: dict[str, Any]) -> Response:
    extension = ["wc-shipment-tracking/v3"] if store.way is Way.EXTENSION else []
    found = {
        "name": store.name,
        "description": "",
        "url": store.home,
        "home": store.home,
        "timezone_string": store.seed["timezone"],
        "namespaces": ["wp/v2", "wc/v3", *extension],
    }
    return JSONResponse(fields(found, request.query_params))


def _currency(store: Store, request: Request, body: dict[str, Any]) -> Response:
    return JSONResponse({"code": store.currency, "name": store.currency, "symbol": "€"})


# Orders


def _list_orders(store: Store, request: Request, body: dict[str, Any]) -> Response:
    query = request.query_params
    return paged(found_orders(store, query), query, lambda order: shapes.order_shape(store, order))


def _nothing(store: Store, request: Request, body: dict[str, Any]) -> Response:
    if body:
        raise Wrong(501, "not_implemented", "The sandbox takes batches of nothing only.")
    return JSONResponse({})


def _create_order(store: Store, request: Request, body: dict[str, Any]) -> Response:
    return JSONResponse(shapes.order_shape(store, writing.create_order(store, body)), 201)


def _get_order(store: Store, request: Request, body: dict[str, Any]) -> Response:
    return JSONResponse(shapes.order_shape(store, _order(store, request)))


def _update_order(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _order(store, request, status=400)
    writing.update_order(store, order, body)
    return JSONResponse(shapes.order_shape(store, order))


def _list_refunds(store: Store, request: Request, body: dict[str, Any]) -> Response:
    rows = _order(store, request).refunds
    return paged(rows, request.query_params, lambda refund: shapes.refund_shape(store, refund))


def _list_notes(store: Store, request: Request, body: dict[str, Any]) -> Response:
    kind = request.query_params.get("type", "any")
    rows = [note for note in _order(store, request).notes if kind == "any" or (kind == "customer") == note.to_customer]
    return JSONResponse([shapes.note_shape(store, note) for note in reversed(rows)])


def _create_note(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _order(store, request)
    note = shipping.add_note(store, order, str(body.get("note") or ""), body.get("customer_note") is True, "api")
    return JSONResponse(shapes.note_shape(store, note), 201)


# Parcels


def _list_fulfillments(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _shipped_by(Way.FULFILLMENTS, store, request)
    return JSONResponse([shapes.fulfillment_shape(order, parcel) for parcel in order.live_fulfillments])


def _create_fulfillment(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _shipped_by(Way.FULFILLMENTS, store, request)
    entries = body.get("meta_data")
    if not isinstance(entries, list):
        raise Wrong(400, "rest_missing_callback_param", "Missing parameter(s): meta_data")
    parcel = shipping.make_fulfillment(store, order, str(body.get("status") or ""), entries, "api")
    _mail(store, order, request)
    return JSONResponse(shapes.fulfillment_shape(order, parcel), 201)


def _get_fulfillment(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order, parcel = _parcel(store, request)
    return JSONResponse(shapes.fulfillment_shape(order, parcel))


def _update_fulfillment(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order, parcel = _parcel(store, request)
    shipping.change_fulfillment(store, order, parcel, str(body.get("status") or ""), body.get("meta_data"), "api")
    _mail(store, order, request)
    return JSONResponse(shapes.fulfillment_shape(order, parcel))


def _delete_fulfillment(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order, parcel = _parcel(store, request)
    shape = shapes.fulfillment_shape(order, parcel)
    shipping.delete_fulfillment(store, order, parcel, "api")
    return JSONResponse(shape)


def _mail(store: Store, order: Order, request: Request) -> None:
    if request.query_params.get("notify_customer") == "true":
        store.write("mail.sent", to=order.bill_to.email, order_id=str(order.id))


def _shipped_by(way: Way, store: Store, request: Request) -> Order:
    """What is switched off has no routes."""
    if store.way is not way:
        raise _missing_route()
    return _order(store, request)


def _parcel(store: Store, request: Request) -> tuple[Order, Fulfillment]:
    order = _shipped_by(Way.FULFILLMENTS, store, request)
    for parcel in order.live_fulfillments:
        if str(parcel.id) == request.path_params["parcel"]:
            return order, parcel
    raise Wrong(404, "0", "Fulfillment not found.")


def _list_trackers(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _shipped_by(Way.EXTENSION, store, request)
    return JSONResponse([shapes.tracker_shape(tracker) for tracker in order.trackers])


def _create_tracker(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _shipped_by(Way.EXTENSION, store, request)
    return JSONResponse(shapes.tracker_shape(shipping.add_tracker(store, order, body, "api")), 201)


def _delete_tracker(store: Store, request: Request, body: dict[str, Any]) -> Response:
    order = _shipped_by(Way.EXTENSION, store, request)
    found: Tracker | None = next((t for t in order.trackers if t.id == request.path_params["tracker"]), None)
    if found is None:
        raise Wrong(404, "woocommerce_rest_order_shipment_tracking_invalid_id", "Invalid ID.")
    shipping.remove_tracker(store, order, found, "api")
    return JSONResponse(shapes.tracker_shape(found))


def _providers(store: Store, request: Request, body: dict[str, Any]) -> Response:
    if store.way is not Way.EXTENSION:
        raise _missing_route()
    return JSONResponse(shipping.PROVIDERS)


# The catalogue


def _list_products(store: Store, request: Request, body: dict[str, Any]) -> Response:
    wanted = request.query_params.get("include")
    rows = [each for each in store.products.values() if not wanted or str(each.id) in wanted.split(",")]
    return paged(rows, request.query_params, lambda product: shapes.product_shape(store, product))


def _get_product(store: Store, request: Request, body: dict[str, Any]) -> Response:
    """A product, or a variation: they have their ids from one series."""
    number = int(request.path_params["product"]) if request.path_params["product"].isdigit() else 0
    if number in store.products:
        return JSONResponse(fields(shapes.product_shape(store, store.products[number]), request.query_params))
    if number in store.variants:
        return JSONResponse(fields(shapes.variation_shape(store, store.variants[number]), request.query_params))
    raise Wrong(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")


def _list_variations(store: Store, request: Request, body: dict[str, Any]) -> Response:
    number = request.path_params["product"]
    product = store.products.get(int(number)) if number.isdigit() else None
    rows = product.variants if product and product.variable else []
    return paged(rows, request.query_params, lambda variant: shapes.variation_shape(store, variant))


# Webhooks


def _list_webhooks(store: Store, request: Request, body: dict[str, Any]) -> Response:
    rows = list(store.hooks.rows.values())
    return paged(rows, request.query_params, lambda hook: shapes.webhook_shape(store, hook))


def _create_webhook(store: Store, request: Request, body: dict[str, Any]) -> Response:
    return JSONResponse(shapes.webhook_shape(store, store.hooks.make(body)), 201)


def _update_webhook(store: Store, request: Request, body: dict[str, Any]) -> Response:
    hook = _webhook(store, request)
    store.hooks.change(hook, body)
    return JSONResponse(shapes.webhook_shape(store, hook))


def _delete_webhook(store: Store, request: Request, body: dict[str, Any]) -> Response:
    hook = _webhook(store, request)
    if request.query_params.get("force") != "true":
        raise Wrong(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    store.hooks.remove(hook)
    return JSONResponse(shapes.webhook_shape(store, hook))


def _webhook(store: Store, request: Request) -> Webhook:
    number = request.path_params["webhook"]
    found = store.hooks.rows.get(int(number)) if number.isdigit() else None
    if found is None:
        raise Wrong(404, "woocommerce_rest_shop_webhook_invalid_id", "ID is invalid.")
    return found
