from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.kernel.address import Address

ADDRESSES = st.builds(Address, **{field.name: st.text(max_size=30) for field in fields(Address)})
WHOLE = Address(name="Ada", line1="1 rue de la Paix", city="Paris", country="FR")


@given(ADDRESSES)
def test_an_address_is_kept_exactly_as_written(address: Address) -> None:
    assert Address.from_json(address.to_json()) == address


def test_reading_ignores_what_it_does_not_know_and_empties_what_is_missing() -> None:
    assert Address.from_json({"name": "Ada", "planet": "Earth", "city": None}) == Address(name="Ada")


def test_a_number_written_by_a_platform_becomes_text() -> None:
    assert Address.from_json({"postcode": 75002}).postcode == "75002"


@pytest.mark.parametrize("missing", ["name", "line1", "city", "country"])
def test_a_parcel_needs_a_name_a_street_a_city_and_a_country(missing: str) -> None:
    assert WHOLE.shippable
    assert not Address.from_json({**WHOLE.to_json(), missing: ""}).shippable


def test_a_company_stands_for_a_name() -> None:
    assert replace(WHOLE, name="", company="Analytical Engines").shippable


def test_a_regions_name_beside_its_code_makes_no_other_place() -> None:
    kyoto = replace(WHOLE, country="JP", region="JP-26")
    assert kyoto.place == replace(kyoto, region_name="Kyōto").place
    assert kyoto.place != replace(kyoto, region="JP-27").place
    assert replace(WHOLE, region_name="Ohio").place != WHOLE.place
