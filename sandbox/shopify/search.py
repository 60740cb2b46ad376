"""Shopify's search syntax, as far as connectors use it (https://shopify.dev/docs/api/usage/search-syntax).

An unknown term is an error here, where Shopify would ignore it with a warning: a simulator should be the stricter one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from graphql import GraphQLError

from sandbox.shopify.model import Order, Product, Variant, Work
from sandbox.shopify.store import Indexed, Store

_TOKEN = re.compile(
    r"\s*(?:(?P<or>OR\b)|(?P<and>AND\b)|(?P<open>[()])"
    r"|(?P<not>-|NOT\s+)?(?:(?P<field>[a-z_]+):)?(?P<op>>=|<=|>|<)?"
    r"(?:'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|(?P<bare>[^\s()]+)))"
)


@dataclass(frozen=True)
class Term:
    """`field:opvalue`, perhaps negated."""

    field: str
    operator: str
    value: str
    negative: bool

    def compares(self, actual: Any, wanted: Any) -> bool:
        """Whether the actual value stands in the asked relation to the wanted one."""
        outcomes: dict[str, bool] = {
            "": actual == wanted,
            ">": actual > wanted,
            ">=": actual >= wanted,
            "<": actual < wanted,
            "<=": actual <= wanted,
        }
        return outcomes[self.operator]

    def at(self, actual: datetime) -> bool:
        """Compare with a time."""
        return self.compares(actual, _moment(self.value))


@lru_cache(maxsize=256)
def parse(query: str) -> tuple[tuple[Term, ...], ...]:
    """Alternatives (OR) of terms that must all hold (AND, or just a space)."""
    branches: list[list[Term]] = [[]]
    place = 0
    text = query.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match["open"]:
            raise GraphQLError(f"The sandbox cannot read this search: {query}")
        place = match.end()
        if match["or"]:
            branches.append([])
        elif not match["and"]:
            branches[-1].append(_term(match))
    return tuple(tuple(branch) for branch in branches)


def _term(match: "re.Match[str]") -> Term:
    quoted = match["single"] if match["single"] is not None else match["double"]
    value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match["bare"]
    return Term(match["field"] or "default", match["op"] or "", value, bool(match["not"]))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise GraphQLError(f"Not a time in a search: {text}") from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_orders(store: Store, query: str | None) -> list[tuple[Order, Indexed]]:
    """Orders the search index knows to match, in no particular order."""
    found: dict[int, tuple[Order, Indexed]] = {}
    for branch in parse(query or ""):
        for order in _candidates(store, branch):
            known = store.indexed(order)
            if known and all(_order_matches(order, known, term) != term.negative for term in branch):
                found[order.id] = (order, known)
    return list(found.values())


def _candidates(store: Store, branch: tuple[Term, ...]) -> Iterable[Order]:
    """A small set that surely holds every match: benchmarks search among tens of thousands of orders."""
    for term in branch:
        if term.negative or (term.operator and term.field != "updated_at"):
            continue
        if term.field == "source_identifier":
            return store.by_source.get(term.value, [])
        if term.field == "tag":
            return store.by_tag.get(term.value.casefold(), {}).values()
        if term.field == "id":
            order = store.find_order(term.value)
            return [order] if order else []
        if term.field == "updated_at" and term.operator in (">", ">="):
            return _since(store, _moment(term.value))
    return store.orders.values()


def _since(store: Store, moment: datetime) -> list[Order]:
    fresh = []
    for order in reversed(store.by_update.values()):
        if order.updated_at < moment:
            break
        fresh.append(order)
    return fresh


def _order_matches(order: Order, known: Indexed, term: Term) -> bool:
    simple = {
        "tag": lambda: term.value.casefold() in known.tags,
        "source_identifier": lambda: order.source_identifier == term.value,
        "name": lambda: order.name.lstrip("#") == term.value.lstrip("#"),
        "email": lambda: order.email.casefold() == term.value.casefold(),
        "test": lambda: order.test == (term.value == "true"),
        "sku": lambda: any(line.sku == term.value for line in order.lines),
        "financial_status": lambda: known.financial_status.casefold() == term.value.casefold(),
        "fulfillment_status": lambda: _shipped_word(known) == term.value.casefold(),
        "status": lambda: _life(order, known, term.value),
        "id": lambda: _whole(term, order.id),
        "updated_at": lambda: term.at(known.updated_at),
        "created_at": lambda: term.at(order.created_at),
        "processed_at": lambda: term.at(order.processed_at),
        "default": lambda: term.value in (order.name, order.email, order.source_identifier),
    }
    if term.field not in simple:
        raise GraphQLError(f"The sandbox does not know the search term {term.field}")
    return simple[term.field]()


def _shipped_word(known: Indexed) -> str:
    return {"FULFILLED": "shipped", "PARTIALLY_FULFILLED": "partial"}.get(known.fulfillment_status, "unfulfilled")


def _life(order: Order, known: Indexed, word: str) -> bool:
    closed = order.closed_at is not None
    states = {"any": True, "cancelled": known.cancelled, "not_closed": not closed, "closed": closed, "open": not closed}
    return states.get(word, False)


def _whole(term: Term, number: int) -> bool:
    tail = term.value.rsplit("/", 1)[-1]
    return tail.isdigit() and term.compares(number, int(tail))


def find_variants(store: Store, query: str | None) -> list[Variant]:
    """Variants by sku, barcode, id, product_id, title."""
    return [v for v in store.variants.values() if _any_branch(query, _variant_fields(v), v.id)]


def find_products(store: Store, query: str | None) -> list[Product]:
    """Products by title, vendor, product_type, or the sku and barcode of a variant."""
    found = []
    for product in store.products.values():
        fields = {"title": {product.title}, "vendor": {product.vendor}, "product_type": {product.kind}}
        fields["sku"] = {variant.sku for variant in product.variants}
        fields["barcode"] = {variant.barcode for variant in product.variants}
        if _any_branch(query, fields, product.id):
            found.append(product)
    return found


def find_works(store: Store, query: str | None, include_closed: bool) -> list[Work]:
    """Fulfillment orders by id, status, assigned_location_id, updated_at."""
    found = []
    for work in store.works.values():
        if not include_closed and work.status == "CLOSED":
            continue
        fields = {
            "status": {work.status.casefold(), work.status},
            "assigned_location_id": {str(work.location_id)},
            "order_id": {str(work.order.id)},
        }
        if _any_branch(query, fields, work.id, work.updated_at):
            found.append(work)
    return found


def _variant_fields(variant: Variant) -> dict[str, set[str]]:
    return {
        "sku": {variant.sku},
        "barcode": {variant.barcode},
        "title": {variant.title, variant.product.title},
        "vendor": {variant.product.vendor},
        "product_id": {str(variant.product.id)},
    }


def _any_branch(
    query: str | None, fields: dict[str, set[str]], number: int, updated_at: datetime | None = None
) -> bool:
    def holds(term: Term) -> bool:
        if term.field == "id":
            return _whole(term, number)
        if term.field == "updated_at" and updated_at:
            return term.at(updated_at)
        if term.field == "default":
            return any(term.value.casefold() in value.casefold() for values in fields.values() for value in values)
        if term.field not in fields:
            raise GraphQLError(f"The sandbox does not know the search term {term.field}")
        return term.value in fields[term.field]

    return any(all(holds(term) != term.negative for term in branch) for branch in parse(query or ""))
