"""What a payer reads about a payment: what happened, what it means for the order, and what to do next."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.desk.queries import everything_stuck
from orderlane.payments.actions.record_outcome import record_looked_up, seen_of
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.models import Payment, Refund
from orderlane.payments.rules import Verdict
from orderlane.payments.states import PaymentStatus
from orderlane.ports.accounts import Environment
from orderlane.ports.payments import ProviderPayment, ProviderStatus
from orderlane.tenants.scope import acting_for
from orderlane.web.present.reasons import payment_reason
from tests.journeys.test_paying import captured_by_the_supplier
from tests.journeys.visitors import LEA, everything, visitor
from tests.journeys.world import ACTOR, CANDLE, LUMEN, World

PROVIDER_CODE = re.compile(r"\b[A-Z]{4,}_[A-Z_]{3,}\b|Reason: |Motif : ")


def started(world: World, provider: str) -> Payment:
    """A payment whose page is open at its provider."""
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    return world.start([po], provider)


def result(payment: Payment, language: str = "en", query: str = "") -> str:
    """The page the payer comes back to."""
    return unescape(visitor(LEA, language=language).get(f"/payments/{payment.pk}/return{query}").content.decode())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["The card or account was refused", "nothing is ordered", "Continue at the provider"]),
        ("fr", ["La carte ou le compte a été refusé", "rien n’est commandé", "Continuer chez le prestataire"]),
    ],
)
def test_a_refused_card_is_said_to_be_refused(world: World, language: str, words: list[str]) -> None:
    payment = started(world, "paypal")
    world.payer(payment, "decline")
    page = result(payment, language, "?left=1")
    assert [each for each in words if each not in page] == []
    assert "You left" not in page
    assert "Vous avez quitté" not in page
    assert not PROVIDER_CODE.search(page)
    assert 'hx-trigger="every 20s"' in page
    world.approve(payment)
    world.back(payment)
    world.settle()
    assert world.payment(payment).status == PaymentStatus.CAPTURED


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["PayPal is still deciding", "is reviewing it", "Nothing is ordered from the supplier until"]),
        ("fr", ["PayPal n’a pas encore tranché", "l’examine", "Rien n’est commandé chez le fournisseur tant que"]),
    ],
)
def test_a_payment_under_review_is_explained_and_asked_about_rarely(
    world: World, language: str, words: list[str]
) -> None:
    payment = started(world, "paypal")
    world.payer(payment, "pend")
    page = result(payment, language)
    assert [each for each in words if each not in page] == []
    assert 'class="spinner"' not in page
    assert 'hx-trigger="every 60s"' in page
    for path in (f"/payments/{payment.pk}", f"/payments/{payment.pk}/return", "/payments"):
        assert not PROVIDER_CODE.search(visitor(LEA, language=language).get(path).content.decode()), path
    with acting_for(payment.retailer_id, ACTOR):
        moved = AuditEntry.objects.get(about_id=payment.pk, action="status.moved", new="pending")
    # The provider's own words are kept for support, in the history.
    assert moved.detail["provider"] == "COMPLETED PENDING PENDING_REVIEW"


def test_a_word_nobody_knows_is_never_shown_as_a_reason(world: World) -> None:
    payment = started(world, "paypal")
    world.payer(payment, "pend", reason="SOMETHING_NEW")
    page = result(payment)
    assert "The provider is still deciding about it." in page
    assert "SOMETHING_NEW" not in page
    assert "something_new" not in payment_reason("something_new")


@pytest.mark.parametrize("provider", ["paypal", "stripe"])
def test_a_page_open_in_another_tab_is_said_to_be_open(world: World, provider: str) -> None:
    payment = started(world, provider)
    page = result(payment)
    assert "perhaps in another tab" in page
    assert "Nothing is ordered until it is paid" in page
    assert 'class="spinner"' not in page
    assert 'hx-trigger="every 20s"' in page
    assert f'href="{payment.redirect_url}"' in page
    assert "You left the provider’s page before paying." in result(payment, query="?left=1")


def test_the_checkout_of_what_is_being_paid_leads_to_its_payment(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    quote, other = world.quote([po]), world.quote([po])
    lea = visitor(LEA)
    assert "Pay with" in lea.get(f"/checkout/{quote.pk}").content.decode()
    payment = world.request(quote, "stripe")
    before = everything()
    for each in (quote, other):
        assert lea.get(f"/checkout/{each.pk}")["Location"] == f"/payments/{payment.pk}/return"
    assert everything() == before
    world.approve(payment)
    world.back(payment)
    world.settle()
    for each in (quote, other):
        assert lea.get(f"/checkout/{each.pk}")["Location"] == f"/payments/{payment.pk}"


@pytest.mark.parametrize("provider", ["paypal", "stripe"])
def test_an_open_payment_leads_back_to_the_providers_own_page(world: World, provider: str) -> None:
    payment = started(world, provider)
    page = visitor(LEA).get(f"/payments/{payment.pk}").content.decode()
    assert f'href="{payment.redirect_url}"' in page
    assert payment.redirect_url.startswith(f"{world.sandbox.url}/{provider}/")
    world.back(payment, give_up=True)
    assert payment.redirect_url not in visitor(LEA).get(f"/payments/{payment.pk}").content.decode()


@pytest.mark.parametrize("provider", ["paypal", "stripe"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "Canceled by {} before it was paid."), ("fr", "Annulé par {} avant d’être payé.")]
)
def test_who_canceled_a_payment_is_named(world: World, provider: str, language: str, words: str) -> None:
    payment = started(world, provider)
    visitor(LEA).post(f"/payments/{payment.pk}/cancel")
    assert world.payment(payment).reason == "given_up"
    with acting_for(payment.retailer_id, ACTOR):
        name = str(payment.started_by)
    for page in (result(payment, language), visitor(LEA, language=language).get(f"/payments/{payment.pk}")):
        text = page if isinstance(page, str) else unescape(page.content.decode())
        assert words.format(name) in text
        assert "not paid in time" not in text


def test_a_payment_canceled_before_its_page_came_says_so(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    world.fault("stripe", "sessions.create", "500_after", count=1)
    payment = world.start([po], "stripe")
    assert payment.status == PaymentStatus.OUTCOME_UNKNOWN
    visitor(LEA).post(f"/payments/{payment.pk}/cancel")
    assert (world.payment(payment).status, world.payment(payment).reason) == (PaymentStatus.DECLINED, "given_up")
    assert open_payment(payment.pk, payment.retailer_id, actor=ACTOR, now=payment.started_at).external_id == ""
    assert world.fresh(po).payment_state == "unpaid"


def test_a_look_that_began_before_a_refund_was_recorded_flags_nothing(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    payment = world.pay([po], "stripe")
    with acting_for(payment.retailer_id, ACTOR):
        seen = seen_of(payment)
    world.payer(payment, "refund", amount=100)
    world.settle()
    stale = ProviderPayment(
        payment.external_id, ProviderStatus.CAPTURED, payment.amount, payment.payee, payment.reference, Environment.TEST
    )
    with acting_for(payment.retailer_id, ACTOR):
        record_looked_up(payment.pk, stale, Verdict.SETTLE, "", seen=seen, now=payment.started_at)
    payment = world.payment(payment)
    assert (payment.status, payment.refund_problem) == (PaymentStatus.PARTIALLY_REFUNDED, "")


@pytest.mark.parametrize(("provider", "operation"), [("stripe", "sessions.get"), ("paypal", "orders.get")])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Nobody knows yet whether it was paid", "do not pay again", "Next look:"]),
        ("fr", ["Personne ne sait encore si le paiement est passé", "Ne payez pas", "Prochaine vérification"]),
    ],
)
def test_a_look_that_fails_is_said_to_know_nothing(
    world: World, provider: str, operation: str, language: str, words: list[str]
) -> None:
    payment = started(world, provider)
    world.approve(payment)
    world.fault(provider, operation, "503", count=None)
    page = result(payment, language)
    assert [each for each in words if each not in page] == []
    assert payment.redirect_url not in page
    assert "/cancel" not in page
    assert not PROVIDER_CODE.search(page)
    waiting = world.payment(payment)
    assert waiting.status == PaymentStatus.OPEN
    assert waiting.check_at is not None
    assert waiting.check_at > waiting.started_at
    with acting_for(payment.retailer_id, ACTOR):
        assert payment.pk in {getattr(row, "pk", None) for stuck in everything_stuck() for row in stuck.rows}
    world.sandbox.world.faults.clear()
    world.advance(timedelta(minutes=3))
    world.sweep()
    assert world.payment(payment).status == PaymentStatus.CAPTURED
    assert world.payment(payment).unanswered_since is None


@pytest.mark.parametrize("provider", ["paypal", "stripe"])
def test_an_answer_ends_the_doubt(world: World, provider: str) -> None:
    payment = started(world, provider)
    world.fault(provider, "sessions.get" if provider == "stripe" else "orders.get", "503", count=1)
    assert "Nobody knows yet whether it was paid" in result(payment)
    page = result(payment)
    assert "The payment is waiting for you" in page
    assert f'href="{payment.redirect_url}"' in page
    assert world.payment(payment).reason == ""


@pytest.mark.parametrize("provider", ["paypal", "stripe"])
def test_money_that_came_and_went_between_two_looks_is_looked_at_until_it_is_explained(
    world: World, provider: str
) -> None:
    payment = started(world, provider)
    world.fault(provider, "webhook:*", "drop", count=None)
    world.approve(payment)
    if provider == "paypal":
        captured_by_the_supplier(payment)
    world.payer(payment, "refund")
    world.back(payment)
    payment = world.payment(payment)
    assert payment.status == PaymentStatus.REFUNDED
    with acting_for(payment.retailer_id, ACTOR):
        listed = sum(Refund.objects.filter(payment=payment).values_list("amount_minor", flat=True))
    assert (payment.check_at is None) == (listed == payment.amount_minor)


def test_a_payment_whose_page_never_came_is_looked_at_no_more(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    world.fault("stripe", "sessions.create", "500_after", count=1)
    payment = world.start([po], "stripe")
    visitor(LEA).post(f"/payments/{payment.pk}/cancel")
    assert (world.payment(payment).status, world.payment(payment).check_at) == (PaymentStatus.DECLINED, None)
