"""Signing in: guesses are slowed down, owners are not locked out, and a lost password is told the truth about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from orderlane.members.models import Member

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL, PASSWORD = "owner@example.com", "four unrelated words here"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
TOO_MANY = "Too many failed login attempts"


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    """A member, no failures yet, and a hash that costs nothing: what is counted is tries, not time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    Member.objects.create_user(EMAIL, PASSWORD)
    yield
    cache.clear()


def _try(password: str, client: str, *, email: str = EMAIL, **headers: str) -> tuple[bool, str]:
    """Try to sign in; returns whether it worked, and the page."""
    browser = Client(REMOTE_ADDR=client, headers=headers)
    answer = browser.post("/account/login/", {"login": email, "password": password})
    return "_auth_user_id" in browser.session, answer.content.decode()


def test_a_stranger_who_guesses_is_stopped_and_the_owner_is_not() -> None:
    for _ in range(5):
        worked, page = _try("a guess", ELSEWHERE)
        assert not worked
        assert TOO_MANY not in page
    worked, page = _try(PASSWORD, ELSEWHERE)
    assert not worked, "a sixth try is not looked at, be it right"
    assert TOO_MANY in page
    assert _try(PASSWORD, HOME)[0]
    assert not _try(PASSWORD, ELSEWHERE, email="Owner@Example.com")[0], "another spelling is no other address"


def test_a_client_is_slowed_down_whatever_addresses_it_tries() -> None:
    for number in range(10):
        assert TOO_MANY not in _try("a guess", ELSEWHERE, email=f"somebody-{number}@example.com")[1]
    assert TOO_MANY in _try(PASSWORD, ELSEWHERE)[1]
    assert _try(PASSWORD, HOME)[0]


def test_one_address_guessed_from_many_clients_is_closed_in_the_end() -> None:
    for number in range(60):
        assert TOO_MANY not in _try("a guess", f"198.51.100.{number}")[1]
    worked, page = _try(PASSWORD, HOME)
    assert not worked
    assert TOO_MANY in page


def test_a_success_uses_nothing_up() -> None:
    for _ in range(4):
        _try("a guess", HOME)
    for _ in range(3):
        assert _try(PASSWORD, HOME)[0]
    assert TOO_MANY not in _try("a guess", HOME)[1]
    assert TOO_MANY in _try(PASSWORD, HOME)[1]


def test_a_forwarded_address_is_believed_only_from_a_proxy_that_was_named(settings: Any) -> None:
    for number in range(5):
        _try("a guess", HOME, **{"x-forwarded-for": f"192.0.2.{number}"})
    assert TOO_MANY in _try(PASSWORD, HOME, **{"x-forwarded-for": "192.0.2.99"})[1], "a header is easily written"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(5):
        _try("a guess", "10.0.0.1", **{"x-forwarded-for": f"{HOME}, {ELSEWHERE}"})
    assert TOO_MANY in _try(PASSWORD, "10.0.0.1", **{"x-forwarded-for": f"1.2.3.4, {ELSEWHERE}"})[1]
    assert _try(PASSWORD, "10.0.0.1", **{"x-forwarded-for": "192.0.2.50"})[0]


@pytest.mark.parametrize(
    ("language", "says", "asks"),
    [
        ("en", "This installation sends no e-mail", "Ask the person who runs it"),
        ("fr", "Cette installation n’envoie pas d’e-mails", "Demandez à la personne"),
    ],
)
def test_without_a_mail_server_no_mail_is_promised(language: str, says: str, asks: str, settings: Any) -> None:
    browser = Client(headers={"accept-language": language})
    address = "/account/password/reset/"
    posted = {"email": EMAIL}
    for page in (browser.get(address), browser.post(address, posted, follow=True)):
        text = page.content.decode()
        assert says in text
        assert asks in text
        assert "<form class" not in text
    settings.SUPPORT_EMAIL = "help@orders.example"
    assert 'href="mailto:help@orders.example"' in browser.get(address).content.decode()


def test_with_a_mail_server_the_link_is_sent(settings: Any, mailoutbox: list[Any]) -> None:
    settings.SENDS_EMAIL = True
    browser = Client()
    assert "we send you a link" in browser.get("/account/password/reset/").content.decode()
    sent = browser.post("/account/password/reset/", {"email": EMAIL}, follow=True)
    assert "a link is on its way" in sent.content.decode()
    [mail] = mailoutbox
    assert mail.to == [EMAIL]
    assert "/account/password/reset/key/" in mail.body


@pytest.mark.parametrize(
    "address", ["email/", "confirm-email/", "confirm-email/key/", "password/set/", "signup/", "reauthenticate/"]
)
def test_what_an_account_does_not_offer_has_no_address(address: str) -> None:
    browser = Client()
    browser.login(email=EMAIL, password=PASSWORD)
    for who in (Client(), browser):
        assert who.get(f"/account/{address}").status_code == 404


def test_mail_and_pages_speak_the_members_language_from_the_first_to_the_last(
    settings: Any, mailoutbox: list[Any]
) -> None:
    settings.SENDS_EMAIL = True
    Member.objects.filter(email=EMAIL).update(language="fr")
    browser = Client(headers={"accept-language": "en"})
    browser.post("/account/password/reset/", {"email": EMAIL})
    [mail] = mailoutbox
    assert mail.subject == "Choisissez un nouveau mot de passe pour Orderlane"
    assert "/account/password/reset/key/" in mail.body
    assert "request" not in mail.body
    signed_in = browser.post("/account/login/", {"login": EMAIL, "password": PASSWORD}, follow=True)
    assert 'lang="fr"' in signed_in.content.decode()
    assert 'class="toast ' not in signed_in.content.decode(), "a page that opens needs no sentence to say so"
    form = browser.get("/account/password/change/").content.decode()
    assert "Changer votre mot de passe" in form
    assert "placeholder" not in form
    signed_out = browser.post("/account/logout/", follow=True).content.decode()
    assert "Vous êtes déconnecté" in signed_out
    assert "Mot de passe" in signed_out


def test_a_stranger_to_the_installation_gets_no_mail(settings: Any, mailoutbox: list[Any]) -> None:
    settings.SENDS_EMAIL = True
    sent = Client().post("/account/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert "a link is on its way" in sent.content.decode(), "nor does the page say whether somebody is known"
    assert mailoutbox == []
