"""The note that holds our parcels, the tracking field and the status: pure, whatever the platform does to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.connectors.stores.ecwid import notes, parcels
from orderlane.connectors.stores.ecwid.parcels import Parcel
from orderlane.connectors.stores.ecwid.tests.examples import recorded
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import Tracking

CANDLE, GUIDE, WRAPPING = "1828115520", "1828115521", "1828115522"
NO_TRACKING = Tracking()
ONE = Parcel(1, {CANDLE: 2}, "La Poste", ("8R 001",))
TWO = Parcel(2, {CANDLE: 1, WRAPPING: 1}, "", ("B2", "B3"))


def order(**changed: Any) -> dict[str, Any]:
    return {**recorded("order"), **changed}


def changes(
    before: list[Parcel], after: list[Parcel], tracking: Tracking | None = None, **changed: Any
) -> dict[str, Any]:
    return parcels.changes_for(order(**changed), before, after, tracking or Tracking(), new_status=True)


def test_the_customers_own_fields_stay_and_nothing_else_is_sent() -> None:
    written = changes([], [ONE])
    assert sorted(written) == ["fulfillmentStatus", "orderExtraFields", "trackingNumber"]
    kept, ours = written["orderExtraFields"]
    assert kept == recorded("order")["orderExtraFields"][0]
    assert (ours["id"], ours["value"]) == (
        "orderlane_parcels_1",
        '[[1,"La\\u0020Poste",["8R\\u0020001"],{"1828115520":2}]]',
    )
    assert "orderDetailsDisplaySection" not in ours


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
            st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=3),
            st.dictionaries(
                st.from_regex(r"[1-9][0-9]{9}", fullmatch=True), st.integers(1, 99), min_size=1, max_size=8
            ),
        ),
        max_size=5,
    )
)
def test_a_note_comes_back_as_it_was_even_beside_the_rest_of_a_longer_one(rows: list[Any]) -> None:
    noted = [Parcel(key, pieces, carrier, tuple(numbers)) for key, (carrier, numbers, pieces) in enumerate(rows, 1)]
    value = [[one.key, one.carrier, list(one.numbers), dict(one.quantities)] for one in noted]
    fields = notes.with_note({}, parcels.PARCELS, value)
    assert all(0 < len(field["value"]) <= 255 == 255 for field in fields)
    # A platform may trim what it is given, give it back in any order, or keep the pieces of an older note.
    trimmed = [{**field, "value": field["value"].strip()} for field in reversed(fields)]
    rest = {"id": f"{parcels.PARCELS}_{len(fields) + 1}", "value": '"x"]]]'}
    assert parcels.parcels_in({"orderExtraFields": [*trimmed, rest]}) == noted


@pytest.mark.parametrize("blank", [" ", "\x85", "\xa0", "\u2003", "\u2028"])
def test_no_kind_of_blank_is_lost_between_two_pieces(blank: str) -> None:
    noted = [Parcel(1, {CANDLE: 1}, blank * 600, ())]
    fields = notes.with_note({}, parcels.PARCELS, [[1, blank * 600, [], {CANDLE: 1}]])
    trimmed = [{**field, "value": field["value"].strip()} for field in fields]
    assert parcels.parcels_in({"orderExtraFields": trimmed}) == noted


@pytest.mark.parametrize(
    "value",
    [
        "[[1",
        "{}",
        "[1]",
        '[[0,"",[],{}]]',
        '[["1","",[],{}]]',
        '[[1,"",[5],{}]]',
        '[[1,"",[],{"5":0}]]',
        "<b>",
        "[" * 240,
    ],
)
def test_a_damaged_note_is_refused_and_never_overwritten(value: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        parcels.parcels_in({"orderExtraFields": [{"id": "orderlane_parcels_1", "value": value}]})
    assert caught.value.reason == "unreadable_answer"


def test_other_fields_are_no_note() -> None:
    fields = [
        {"id": name, "value": "[[]]"} for name in ("orderlane_parcels", "orderlane_parcels_x", "orderlane_lines_1")
    ]
    assert parcels.parcels_in({"orderExtraFields": [*fields, {"id": None}, {}]}) == []


@pytest.mark.parametrize(
    ("current", "after", "status"),
    [
        ("AWAITING_PROCESSING", [ONE], "PROCESSING"),
        ("AWAITING_PROCESSING", [ONE, TWO], "SHIPPED"),
        ("PROCESSING", [ONE], ""),
        ("PROCESSING", [ONE, TWO], "SHIPPED"),
        ("CUSTOM_FULFILLMENT_STATUS_1", [ONE], ""),
        ("CUSTOM_FULFILLMENT_STATUS_1", [ONE, TWO], "SHIPPED"),
        ("SHIPPED", [ONE], ""),
        ("SHIPPED", [ONE, TWO], ""),
        ("DELIVERED", [ONE, TWO], ""),
        ("OUT_FOR_DELIVERY", [ONE, TWO], ""),
    ],
)
def test_the_status_moves_forward_only(current: str, after: list[Parcel], status: str) -> None:
    assert changes([], after, fulfillmentStatus=current).get("fulfillmentStatus", "") == status


@pytest.mark.parametrize(
    ("field", "before", "after", "shown"),
    [
        ("", [], [ONE], "8R 001"),
        ("8R 001", [ONE], [ONE, TWO], "8R 001, B2, B3"),
        ("OWN; 8R 001", [ONE], [ONE, TWO], "OWN, 8R 001, B2, B3"),
        ("8R 001, OWN", [ONE], [Parcel(1, {CANDLE: 2}, "", ("C4",))], "OWN, C4"),
        ("somebody cleared it", [ONE], [ONE], "somebody cleared it, 8R 001"),
        ("B2", [], [TWO], "B2, B3"),
        ("8R 001", [ONE], [Parcel(1, {CANDLE: 2}, "", ())], ""),
    ],
)
def test_the_field_shows_every_number_once(field: str, before: list[Parcel], after: list[Parcel], shown: str) -> None:
    assert changes(before, after, trackingNumber=field)["trackingNumber"] == shown


def test_a_link_is_sent_for_a_single_number_and_taken_back_for_more() -> None:
    linked = Tracking("", ("8R 001",), ("https://t.example/8R",))
    assert changes([], [ONE], linked)["trackingUrl"] == "https://t.example/8R"
    assert "trackingUrl" not in changes([], [ONE, TWO], linked)
    assert changes([], [ONE, TWO], linked, trackingUrl="https://t.example/8R")["trackingUrl"] == ""
    assert "trackingUrl" not in changes([], [ONE], Tracking("", ("8R 001",), ("",)))


def test_pieces_left_count_lines_without_shipping_only_on_demand() -> None:
    assert parcels.left_to_ship(order(), [ONE]) == {CANDLE: 1, WRAPPING: 1}
    assert parcels.left_to_ship(order(), [ONE], all_lines=True) == {CANDLE: 1, GUIDE: 1, WRAPPING: 1}


@pytest.mark.parametrize(
    ("fulfillment_id", "parts"),
    [("EH-7QK2M.3", ("EH-7QK2M", 3)), ("A.B.12", ("A.B", 12)), ("7QK2M", ("", 0)), ("X.y", ("X", 0)), ("X.", ("X", 0))],
)
def test_a_fulfillment_id_names_order_and_parcel(fulfillment_id: str, parts: tuple[str, int]) -> None:
    assert parcels.split_id(fulfillment_id) == parts


def test_a_new_parcel_never_takes_the_key_of_another() -> None:
    assert parcels.next_parcel({}, {CANDLE: 1}, Tracking()).key == 1
    held = order(**changes([], [ONE, TWO]))
    third = Parcel(3, {CANDLE: 1}, "UPS", ("1",))
    assert parcels.next_parcel(held, {CANDLE: 1}, Tracking("UPS", ("1",))) == third
    # Nor does it when the other was taken back meanwhile, and is no parcel any more.
    for left in ([ONE], []):
        held = {**held, **parcels.changes_for(held, [ONE, TWO], left, Tracking(), new_status=False)}
        assert parcels.parcels_in(held) == left
        assert parcels.next_parcel(held, {CANDLE: 1}, Tracking("UPS", ("1",))) == third
