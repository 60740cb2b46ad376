"""What people read instead of our own words for states and reasons."""

from __future__ import annotations

from enum import StrEnum

import pytest
from django.utils.translation import override

from orderlane.kernel.errors import Refused
from orderlane.orders.models import LineMatch
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.queries import OUTSIDE
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.states import FulfillmentStatus
from orderlane.stores.states import StoreStatus
from orderlane.web.pages.states import known
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.refusals import words_for


@pytest.mark.parametrize(
    ("axis", "states"),
    [
        ("payment", PaymentState),
        ("forwarding", ForwardingState),
        ("fulfillment", FulfillmentState),
        ("writeback", FulfillmentStatus),
        ("attempt", PaymentStatus),
        ("connection", StoreStatus),
    ],
)
def test_every_state_has_words_and_a_meaning(axis: str, states: type[StrEnum]) -> None:
    for state in states:
        look = known(axis)[state.value]
        assert str(look.label)
        assert str(look.meaning)


def test_what_is_no_state_has_words_too() -> None:
    assert OUTSIDE in known("payment")
    assert set(known("match")) == set(LineMatch.values) - {LineMatch.MATCHED}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_unforeseen_reason_is_never_shown_as_a_code(language: str) -> None:
    with override(language):
        for said in (reason_sentence("some_new_code"), words_for(Refused(reason="some_new_code"))):
            assert "some_new_code" not in said
            assert said.endswith(".")


def test_a_store_is_feminine_in_french_and_an_account_is_not() -> None:
    with override("fr"):
        assert str(known("connection")["connected"].label) == "Connectée"
        assert str(known("connection")["disconnected"].label) == "Déconnectée"
        assert str(known("connection")["active"].label) == "Actif"
