"""Money, rates, times and addresses in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.web import formatting

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        (Money(1200, "USD"), "$12.00", "12,00\xa0$US"),
        (Money(123456, "EUR"), "€1,234.56", "1\u202f234,56\xa0€"),
        (Money(-240, "USD"), "-$2.40", "-2,40\xa0$US"),
        (Money(500, "JPY"), "¥500", "500\xa0JPY"),
        (Money(1500, "KWD"), "KWD\xa01.500", "1,500\xa0KWD"),
    ],
)
def test_money_is_written_as_the_language_writes_it(amount: Money, english: str, french: str) -> None:
    assert formatting.money(amount, "en") == english
    assert formatting.money(amount, "fr") == french


def test_a_rate_keeps_its_published_decimals() -> None:
    assert formatting.rate(Decimal("1.0832"), "en") == "1.0832"
    assert formatting.rate(Decimal("0.00251234"), "fr") == "0,00251234"


def test_times_say_that_they_are_utc_and_how_long_ago() -> None:
    assert formatting.moment(NOW, "fr").endswith("UTC")
    assert formatting.ago(NOW - timedelta(hours=3), NOW, "fr") == "il y a 3\xa0h"
    assert formatting.ago(NOW + timedelta(minutes=14), NOW, "en") == "in 14 min."


def test_an_address_is_laid_out_as_its_country_does() -> None:
    french = Address("Camille Durand", "", "18 rue des Tanneurs", "Bât. B", "Lyon", "", "69002", "FR")
    american = Address("Jordan Ellis", "", "4410 Maple Avenue", "Apt 12", "Austin", "TX", "78704", "US")
    assert formatting.address_lines(french, "fr") == [
        "Camille Durand", "18 rue des Tanneurs", "Bât. B", "69002 LYON", "FRANCE",
    ]  # fmt: skip
    assert formatting.address_lines(american, "fr") == [
        "Jordan Ellis", "4410 Maple Avenue", "Apt 12", "AUSTIN, TX 78704", "ÉTATS-UNIS",
    ]  # fmt: skip


def test_people_read_a_regions_name_and_posts_that_want_it_get_its_code() -> None:
    def lines(country: str, region: str, name: str, city: str, street: str = "1 Street") -> list[str]:
        address = Address(line1=street, city=city, region=region, country=country, region_name=name)
        return formatting.address_lines(address, "en")[:-1]

    assert lines("JP", "JP-26", "Kyōto", "Kyoto") == ["1 Street", "Kyoto, KYŌTO"]
    assert lines("JP", "JP-26", "京都府", "京都市東山区", "祇園町3-12") == [
        "京都府",
        "京都市東山区",
        "祇園町3-12",
    ]
    assert lines("IE", "D", "Dublin", "Dublin") == ["1 Street", "DUBLIN"]
    assert lines("ES", "M", "Madrid", "Getafe") == ["1 Street", "GETAFE MADRID"]
    assert lines("US", "OR", "Oregon", "Portland") == ["1 Street", "PORTLAND, OR"]
    assert lines("GB", "ENG", "England", "Leeds") == ["1 Street", "LEEDS", "England"]


def test_an_address_of_an_unknown_country_loses_nothing() -> None:
    lines = formatting.address_lines(Address("A", "B", "C", "D", "E", "F", "G", "ZZ"), "en")
    assert all(any(part in line for line in lines) for part in "ABCDEFG")
