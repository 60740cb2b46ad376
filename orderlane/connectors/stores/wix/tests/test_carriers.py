"""Tracking written and read back."""

from __future__ import annotations

import pytest

from orderlane.connectors.stores.wix.carriers import copies, same_numbers, tracking_from, tracking_input
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import Tracking


@pytest.mark.parametrize(
    ("tracking", "written"),
    [
        (Tracking("UPS", ("1Z1",)), {"trackingNumber": "1Z1", "shippingProvider": "ups"}),
        (Tracking("canada post", ("7",)), {"trackingNumber": "7", "shippingProvider": "canadaPost"}),
        (
            Tracking("ups", ("1Z1",), ("https://t.example/1",)),
            {"trackingNumber": "1Z1", "shippingProvider": "ups", "trackingLink": "https://t.example/1"},
        ),
        (
            Tracking("Colissimo", ("6A1",)),
            {
                "trackingNumber": "6A1",
                "shippingProvider": "Colissimo",
                "trackingLink": "https://www.laposte.fr/outils/suivre-vos-envois?code=6A1",
            },
        ),
        # A provider Wix does not know needs a link; without one the number is still told.
        (Tracking("Brouette Express", ("B1",)), {"trackingNumber": "B1"}),
        (Tracking("Brouette Express", ("B1",), ("javascript:x",)), {"trackingNumber": "B1"}),
        (Tracking("DHL"), {"shippingProvider": "dhl"}),
        (Tracking(), {}),
    ],
)
def test_how_tracking_is_written(tracking: Tracking, written: dict[str, str]) -> None:
    assert tracking_input(tracking) == written


@pytest.mark.parametrize("copy", [1, 2, 12])
@pytest.mark.parametrize("numbers", [("1Z1",), ("1Z1", "1Z2"), ("A (1)B",)])
def test_what_is_written_is_read_back(numbers: tuple[str, ...], copy: int) -> None:
    info = tracking_input(Tracking("UPS", numbers), copy)
    assert (tracking_from(info).carrier, tracking_from(info).numbers) == ("UPS", numbers)
    assert same_numbers(info, Tracking("", numbers))
    assert not same_numbers(info, Tracking("", ("1Z",)))


def test_a_second_set_of_lines_has_a_number_of_its_own_and_the_parcels_link() -> None:
    info = tracking_input(Tracking("UPS", ("1Z1",)), 2)
    assert info["trackingNumber"] == "1Z1 (2)"
    assert info["trackingLink"].endswith("tracknum=1Z1")
    assert copies([info, tracking_input(Tracking("UPS", ("1Z1",))), {}], Tracking("UPS", ("1Z1",))) == 2


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(NeedsAttention) as caught:
        tracking_input(Tracking("UPS", tuple(f"1Z{n:020d}" for n in range(6))))
    assert caught.value.reason == "bad_tracking"
