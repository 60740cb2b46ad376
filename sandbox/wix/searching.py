"""`searchOrders`: the filters, the sorting and the cursors of Wix's query language that orders know."""

import base64
import json
from datetime import datetime
from typing import Any

from sandbox.wix.model import Refused
from sandbox.wix.store import Indexed, Store

_MOST = 100
_DEFAULT = 50
_SORTS = {"updatedDate": "updatedDate", "createdDate": "createdDate"}
_FILTERS = ("status", "updatedDate", "channelInfo.externalOrderId")


def search_orders(store: Store, search: dict[str, Any]) -> dict[str, Any]:
    """Answer a search; a later page is asked for by its cursor alone."""
    paging = search.get("cursorPaging") or {}
    limit = paging.get("limit", _DEFAULT)
    if not isinstance(limit, int) or not 1 <= limit <= _MOST:
        raise Refused(f"cursorPaging.limit must be between 1 and {_MOST}")
    after = ""
    if paging.get("cursor"):
        if search.get("filter") or search.get("sort"):
            raise Refused("filter and sort cannot be given together with a cursor")
        search, after = _opened(str(paging["cursor"]))
    found = [one for one in store.indexed() if _matches(one, search.get("filter") or {})]
    field, descending = _sorting(search.get("sort") or [])
    found.sort(key=lambda one: (one.payload[field], one.payload["id"]), reverse=descending)
    if after:
        found = [one for one in found if _beyond(one, field, descending, after)]
    page, more = found[:limit], len(found) > limit
    cursors: dict[str, str] = {}
    if more:
        kept = {"filter": search.get("filter"), "sort": search.get("sort")}
        cursors["next"] = _closed(kept, _place(page[-1], field))
    return {
        "orders": [one.payload for one in page],
        "metadata": {"count": len(page), "cursors": cursors, "hasNext": more},
    }


def _matches(one: Indexed, wanted: dict[str, Any]) -> bool:
    for name, condition in wanted.items():
        if name not in _FILTERS:
            raise Refused(f"the filter {name} is not simulated")
        values = {"status": one.status, "channelInfo.externalOrderId": one.source_identifier}
        rule = condition if isinstance(condition, dict) else {"$eq": condition}
        if not (_dated(one.updated_at, rule) if name == "updatedDate" else _chosen(values[name], rule)):
            return False
    # Without a filter on the status, orders that wait or were turned away are left out.
    return "status" in wanted or one.status not in ("PENDING", "REJECTED")


def _chosen(value: str | None, rule: dict[str, Any]) -> bool:
    for operator, given in rule.items():
        if operator not in ("$eq", "$in"):
            raise Refused(f"the operator {operator} is not simulated")
        if value not in (given if operator == "$in" else [given]):
            return False
    return True


def _dated(at: datetime, rule: dict[str, Any]) -> bool:
    for operator, given in rule.items():
        try:
            limit = datetime.fromisoformat(str(given))
        except ValueError as wrong:
            raise Refused(f"not a time: {given}") from wrong
        fits = {"$gte": at >= limit, "$gt": at > limit, "$lte": at <= limit, "$lt": at < limit}
        if operator not in fits:
            raise Refused(f"the operator {operator} is not simulated")
        if not fits[operator]:
            return False
    return True


def _sorting(sort: list[dict[str, Any]]) -> tuple[str, bool]:
    if not sort:
        return "createdDate", True
    field = _SORTS.get(str(sort[0].get("fieldName")))
    if field is None:
        raise Refused(f"sorting by {sort[0].get('fieldName')} is not simulated")
    return field, sort[0].get("order") == "DESC"


def _place(one: Indexed, field: str) -> str:
    return f"{one.payload[field]}|{one.payload['id']}"


def _beyond(one: Indexed, field: str, descending: bool, after: str) -> bool:
    place = _place(one, field)
    return place < after if descending else place > after


def _closed(search: dict[str, Any], after: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([search, after]).encode()).decode()


def _opened(cursor: str) -> tuple[dict[str, Any], str]:
    try:
        search, after = json.loads(base64.urlsafe_b64decode(cursor))
        return dict(search), str(after)
    except (ValueError, TypeError) as wrong:
        raise Refused("not a cursor") from wrong
