"""Either port: whichever call of a write fails, and however it fails, the thing exists once in the end.

A fault strikes the first call that a verb makes, then the second, and so on until the verb makes no further one. The
caller does what Orderlane does: *surely nothing happened* is tried again, *unknown* is looked up before anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

import pytest

from orderlane.config.wiring import PLATFORMS
from orderlane.connectors.http import READ_SECONDS
from orderlane.kernel.errors import OutcomeUnknown, Unavailable
from orderlane.ports.shipments import ShipmentRecorder
from orderlane.ports.stores import FulfillmentRequest
from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox
from tests.contracts.outside import PARCEL, RETAILER, SUPPLIER, Outside, numbers, outside_of

BEFORE = ("500", "503", "429", "reset")
AFTER = ("500_after", "reset_after", "html", "truncated")


class Attempt:
    """One thing to be made in a store: how to make it, how to look it up, and how often it exists."""

    def __init__(
        self, role: str, make: Callable[[], object], look: Callable[[], int], exists: Callable[[], int]
    ) -> None:
        self.role, self.make, self.look, self.exists = role, make, look, exists

    def under(self, outside: Outside, mode: str, skip: int) -> str:
        """Make it while a call fails, and see it through; returns how the first attempt ended."""
        outside.arm(mode, self.role, skip=skip, seconds=0.05)
        try:
            self.make()
            ended = "made"
        except Unavailable:
            ended = "not made"
        except OutcomeUnknown:
            ended = "unknown"
        struck = outside.struck(self.role)
        assert self.exists() <= 1
        if ended == "not made":
            assert (self.look(), self.exists()) == (0, 0), "it said that surely nothing had happened"
        if ended != "made" and not self.look():
            self.make()
        assert (self.look(), self.exists()) == (1, 1)
        return ended if struck else "nothing failed"


def parcel(outside: Outside) -> Attempt:
    """A parcel in a retailer's store."""
    first, second = outside.skus()
    number = outside.buy()
    request = outside.parcel(number, {first: 1, second: 1})

    def look() -> int:
        recorded = outside.recorded(number)
        assert all(one.quantities == request.quantities for one in recorded)
        assert numbers(recorded) == [list(PARCEL.numbers)] * len(recorded)
        return len(recorded)

    return Attempt(
        RETAILER, lambda: outside.store().push_fulfillment(request), look, lambda: len(outside.parcels(number))
    )


_references = count(200_000)


def purchase_order(outside: Outside) -> Attempt:
    """A purchase order in a supplier's store."""
    request = outside.purchase_order(f"OL-{next(_references)}", datetime.now(UTC))

    def look() -> int:
        found = outside.channel().find_purchase_order(request.reference)
        assert found is None or not found.canceled
        return int(found is not None)

    def exists() -> int:
        placed = outside.placed(request.reference)
        assert len(placed) <= 1
        return len([one for one in placed if one["financial_status"] == "PAID"])

    return Attempt(SUPPLIER, lambda: outside.channel().send_purchase_order(request), look, exists)


def supplier_parcel(outside: Outside) -> Attempt:
    """A parcel that a supplier typed in here, in its own store."""
    request = outside.purchase_order(f"OL-{next(_references)}", datetime.now(UTC))
    order = outside.channel().send_purchase_order(request).external_id
    shipped = FulfillmentRequest(order, {request.lines[0].reference: 1}, PARCEL)

    def recorder() -> ShipmentRecorder:
        channel = outside.channel()
        assert isinstance(channel, ShipmentRecorder)
        return channel

    def exists() -> int:
        return len(outside.parcels(order.rsplit("/", 1)[-1], SUPPLIER))

    return Attempt(
        SUPPLIER,
        lambda: recorder().record_shipment_there(shipped),
        lambda: len(recorder().list_shipments_there(order)),
        exists,
    )


def attempts(outside: Outside) -> Iterator[Callable[[Outside], Attempt]]:
    """What this platform can be made to hold."""
    yield parcel
    yield purchase_order
    if isinstance(outside.channel(), ShipmentRecorder):
        yield supplier_parcel


@pytest.mark.parametrize("mode", [*BEFORE, *AFTER])
def test_it_exists_once_whichever_call_fails(outside: Outside, mode: str) -> None:
    for make in attempts(outside):
        ends = []
        for skip in count():
            ended = make(outside).under(outside, mode, skip)
            if ended == "nothing failed":
                break
            ends.append(ended)
        assert ends, f"{make.__name__} made no call"
        if mode in AFTER:
            assert "unknown" in ends, f"{make.__name__}: no call of it can be lost, says {ends}"


def test_it_exists_once_when_nobody_answers() -> None:
    """Ten seconds of silence on a call that writes, before and after the work; everybody waits at the same time."""
    settings = SandboxSettings(instant=True)
    with running_sandbox(settings) as first, running_sandbox(settings) as second, ThreadPoolExecutor(64) as threads:
        began = datetime.now(UTC)
        silent = {
            (platform, make.__name__, mode): threads.submit(_unanswered, outside_of(sandbox, platform), make, mode)
            for sandbox, mode in ((first, "timeout"), (second, "timeout_after"))
            for platform in PLATFORMS
            for make in (parcel, purchase_order)
        }
        ended = {key: one.result() for key, one in silent.items()}
    assert set(ended.values()) == {"unknown"}, ended
    assert (datetime.now(UTC) - began).total_seconds() > READ_SECONDS


def _unanswered(outside: Outside, make: Callable[[Outside], Attempt], mode: str) -> str:
    """Silence on the first call whose lost answer leaves the outcome unknown."""
    for skip in count():
        ended = make(outside).under(outside, "reset_after", skip)
        assert ended != "nothing failed"
        if ended == "unknown":
            return make(outside).under(outside, mode, skip)
    raise AssertionError
