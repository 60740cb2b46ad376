"""Decisions about parcels on plain values. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote

from orderlane.ports.stores import FulfillmentWork, RequestAnswer, RequestState, StoreFulfillment, Tracking

Line = TypeVar("Line")

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}\Z")
_URL = re.compile(r"https?://[^\s<>\"'\\]{3,500}\Z")


def clean_tracking(carrier: str, numbers: Sequence[str], urls: Sequence[str]) -> Tracking | None:
    """Tidy what a person or a supplier's system gave; None when a number cannot be one.

    A link that is no plain http(s) address is left out rather than refused: the number alone still helps.
    """
    tidy = [number.strip() for number in numbers if number.strip()]
    if any(not _NUMBER.match(number) for number in tidy):
        return None
    links = [url.strip() if _URL.match(url.strip()) else "" for url in urls][: len(tidy)]
    links += [""] * (len(tidy) - len(links))
    printable = "".join(character for character in carrier if character.isprintable())
    return Tracking(printable.strip()[:100], tuple(tidy), tuple(links))


Links = Mapping[str, Sequence[str]]
"""A parcel's tracking links so far: link → the carrier and the number it came with."""


def links_of(tracking: Tracking) -> dict[str, list[str]]:
    """The links of a parcel with what they came with."""
    pairs = zip(tracking.numbers, tracking.urls, strict=False)
    return {url: [tracking.carrier, number] for number, url in pairs if url}


def with_links_that_follow(tracking: Tracking, known: Links) -> Tracking:
    """Corrected tracking without links that lead to what was corrected.

    A link that came with another number leads to another parcel: where it names that number it is built anew, and
    otherwise it is left out, for nobody can tell where it leads. One of another carrier is left out in any case.
    """
    urls = [
        _followed(url, number, tracking.carrier, known) if url else ""
        for number, url in zip(tracking.numbers, tracking.urls, strict=False)
    ]
    return Tracking(tracking.carrier, tracking.numbers, tuple(urls))


def _followed(url: str, number: str, carrier: str, known: Links) -> str:
    old_carrier, old_number = known.get(url, (carrier, number))
    if old_carrier and old_carrier.casefold() != carrier.casefold():
        return ""
    if old_number == number:
        return url
    start = url.find("/", url.find("://") + len("://"))
    address, path = (url, "") if start < 0 else (url[:start], url[start:])
    for named in {old_number, quote(old_number, safe="")}:
        if path.count(named) == 1:
            return address + path.replace(named, quote(number, safe=""))
    return ""


def overshipped(ordered: Mapping[Line, int], parcels: Sequence[Mapping[Line, int]]) -> bool:
    """Whether the parcels together hold more of any line than was ordered."""
    return any(sum(parcel.get(line, 0) for parcel in parcels) > quantity for line, quantity in ordered.items())


def already_recorded(
    recorded: Sequence[StoreFulfillment],
    quantities: Mapping[str, int],
    numbers: Collection[Sequence[str]],
    *,
    taken: Set[str],
) -> tuple[list[str], dict[str, int]]:
    """Which of the store's fulfillments are this parcel, and what of it the store does not have yet.

    A fulfillment is this parcel's when it has one of the sets of ``numbers`` we may have told, holds
    nothing but lines of it, and is not known as another parcel of ours.
    """
    ids: list[str] = []
    left = dict(quantities)
    for fulfillment in recorded:
        if fulfillment.canceled or fulfillment.external_id in taken:
            continue
        same_numbers = list(fulfillment.tracking.numbers) in [list(told) for told in numbers]
        if same_numbers and all(left.get(line, 0) >= count for line, count in fulfillment.quantities.items()):
            ids.append(fulfillment.external_id)
            left = subtract(left, fulfillment.quantities)
    return ids, left


def subtract(quantities: Mapping[str, int], done: Mapping[str, int]) -> dict[str, int]:
    """What is left of ``quantities`` after ``done``; lines that are complete drop out."""
    left = {line: count - done.get(line, 0) for line, count in quantities.items()}
    return {line: count for line, count in left.items() if count > 0}


REQUESTED = frozenset({RequestState.REQUESTED, RequestState.ACCEPTED, RequestState.CANCELLATION_REQUESTED})
"""While a store says one of these, it shows the goods *in progress*."""


class Standing(StrEnum):
    """Where a purchase order stands for the answer to its store's request."""

    UNPAID = "unpaid"
    PAYING = "paying"
    PAID = "paid"
    """Paid, if a part was given back all the same, and surely not at its supplier yet."""
    UNCLEAR = "unclear"
    """Perhaps on its way to its supplier: the look-up will tell."""
    AT_SUPPLIER = "at_supplier"
    KEPT = "kept"
    """At its supplier, who refuses to cancel it."""
    CANCELED = "canceled"
    """Its supplier canceled it, or agreed to."""


def answer_to(
    work: FulfillmentWork, standings: Collection[Standing], *, limit: timedelta, now: datetime
) -> RequestAnswer | None:
    """How to answer what a store asks about goods of these purchase orders; None while it is too early to say.

    A request is accepted once something of it is paid or ordered, because an accepted one can no longer be
    declined; unpaid past the limit it is. A cancellation is agreed to unless a supplier has the goods and refuses.
    """
    asked = set(standings)
    if work.request_state is RequestState.REQUESTED:
        if asked & {Standing.PAID, Standing.UNCLEAR, Standing.AT_SUPPLIER, Standing.KEPT}:
            return RequestAnswer.ACCEPT
        due = work.requested_at is not None and now >= work.requested_at + limit
        return RequestAnswer.REJECT_UNPAID if due and Standing.PAYING not in asked else None
    if work.request_state is not RequestState.CANCELLATION_REQUESTED or asked & {Standing.PAYING, Standing.UNCLEAR}:
        return None
    if Standing.KEPT in asked:
        return RequestAnswer.REJECT_CANCELLATION
    return None if Standing.AT_SUPPLIER in asked else RequestAnswer.ACCEPT_CANCELLATION


def requested_lines(works: Collection[FulfillmentWork]) -> frozenset[str]:
    """The order lines that a store shows *in progress* because they were requested of us."""
    open_works = [work for work in works if work.open and work.request_state in REQUESTED]
    return frozenset(line for work in open_works for line in work.remaining)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the pieces of one order line are."""

    in_parcels: int
    elsewhere: int
    """Shipped by somebody else: the store says so, and no parcel of ours holds them."""
    waiting: int


def whereabouts(quantity: int, in_parcels: int, fulfilled: int) -> Whereabouts:
    """Tell apart what lies in our parcels, what only the store calls shipped, and what is still to come.

    ``fulfilled`` is the store's count of shipped pieces, in which our own parcels appear after a while.
    """
    elsewhere = max(0, min(fulfilled, quantity) - in_parcels)
    return Whereabouts(in_parcels, elsewhere, max(0, quantity - in_parcels - elsewhere))
