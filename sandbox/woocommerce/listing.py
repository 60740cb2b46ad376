"""How the API lists: pages, filters and the order of things, with its own habits."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from sandbox.woocommerce.model import STATUSES, Order, Wrong
from sandbox.woocommerce.store import Store

Row = TypeVar("Row")


def paged(rows: Sequence[Row], query: QueryParams, shape: Callable[[Row], dict[str, Any]]) -> Response:
    """One page of a list, with its totals in headers."""
    per_page, page = _number(query, "per_page", 10, 1, 100), _number(query, "page", 1, 1, 10**9)
    offset = _number(query, "offset", (page - 1) * per_page, 0, 10**9)
    shown = [fields(shape(row), query) for row in rows[offset : offset + per_page]]
    pages = -(-len(rows) // per_page)
    return JSONResponse(shown, headers={"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)})


def fields(shape: dict[str, Any], query: QueryParams) -> dict[str, Any]:
    """Only what `_fields` asks for."""
    wanted = query.get("_fields")
    return shape if not wanted else {key: shape[key] for key in wanted.split(",") if key in shape}


def found_orders(store: Store, query: QueryParams) -> list[Order]:
    """The orders that a query asks for, sorted."""
    orders = [order for order in store.orders.values() if _has_status(order, query.get("status", "any"))]
    if query.get("search"):
        orders = [order for order in orders if _matches(store, order, query["search"])]
    zone: Any = UTC if query.get("dates_are_gmt") == "true" else store.zone
    for key, of in (("after", "created_at"), ("modified_after", "modified_at")):
        if query.get(key):
            limit = _moment(query[key], key, zone)
            orders = [order for order in orders if getattr(order, of) > limit]
    by = {"date": "created_at", "modified": "modified_at", "id": "id"}.get(query.get("orderby", "date"))
    if by is None:
        raise invalid("orderby")
    orders.sort(key=lambda order: (getattr(order, by), order.id), reverse=query.get("order", "desc") == "desc")
    return orders


def invalid(name: str) -> Wrong:
    """The refusal of a parameter."""
    return Wrong(400, "rest_invalid_param", f"Invalid parameter(s): {name}")


def _has_status(order: Order, wanted: str) -> bool:
    statuses = wanted.split(",")
    if not set(statuses) <= {"any", "trash", *STATUSES}:
        raise invalid("status")
    # Whatever stands beside it, *any* leaves the bin out.
    return order.status != "trash" if "any" in statuses else order.status in statuses


def _matches(store: Store, order: Order, wanted: str) -> bool:
    """The search of an ordinary shop: payment's id, names of all items, addresses. Meta data is not looked at."""
    if not store.searches:
        return False
    if wanted.isdigit() and int(wanted) == order.id:
        return True
    places = [order.bill_to, *([order.ship_to] if order.ship_to else [])]
    texts = [order.transaction_id, *(line.title for line in order.lines)]
    texts += [charge.title for charge in (*order.shipping, *order.fees)]
    texts += [json.dumps(vars(place), ensure_ascii=False) for place in places]
    return any(wanted.casefold() in text.casefold() for text in texts)


def _moment(written: str, key: str, zone: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise invalid(key) from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _number(query: QueryParams, name: str, default: int, least: int, most: int) -> int:
    given = query.get(name)
    if given is None:
        return default
    if not given.isdigit() or not least <= int(given) <= most:
        raise invalid(name)
    return int(given)
