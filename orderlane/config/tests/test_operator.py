"""What the operator does by hand: a first organization, trade, and a link for a lost password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from orderlane.audit.models import AuditEntry
from orderlane.config.cli import main
from orderlane.members.models import Member, Membership
from orderlane.suppliers.models import TradingRelation
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import system_scope

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "four unrelated words here"
SHOP = ["add-organization", "Maison Test", "--kind", "retailer", "--country", "fr", "--owner", "Lea@Maison.example"]
MAKER = ["add-organization", "Atelier Test", "--kind", "supplier", "--country", "FR", "--owner", "lea@maison.example"]


def _run(capsys: pytest.CaptureFixture[str], words: list[str]) -> tuple[int, str, str]:
    status = main(words)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def _history() -> list[tuple[str, str]]:
    with system_scope("test"):
        return list(AuditEntry.objects.order_by("id").values_list("action", "actor"))


def _link(said: str) -> str:
    links: list[str] = re.findall(r"^http://\S+$", said, re.MULTILINE)
    assert len(links) == 1
    return urlsplit(links[0]).path


def _choose_password(client: Client, link: str, password: str) -> None:
    form = client.get(link, follow=True)
    assert "Choose a new password" in form.content.decode()
    posted = {"password1": password, "password2": password}
    done = client.post(form.redirect_chain[-1][0], posted, follow=True)
    assert "Your password is changed" in done.content.decode()


def test_from_nothing_to_an_owner_who_is_signed_in(capsys: pytest.CaptureFixture[str]) -> None:
    status, said, _ = _run(capsys, SHOP)
    assert status == 0
    assert said.startswith("Maison Test is a retailer here, with lea@maison.example as its owner.\n")
    _choose_password(Client(), _link(said), PASSWORD)
    client = Client()
    client.post("/account/login/", {"login": "lea@maison.example", "password": PASSWORD})
    page = client.get("/", follow=True)
    assert page.status_code == 200
    assert "Maison Test" in page.content.decode()
    organization = Organization.objects.get()
    assert (organization.kind, organization.country) == ("retailer", "FR")
    assert _history() == [
        (action, "operator:command-line")
        for action in ("organization.created", "member.joined", "member.reset_link_made")
    ]


def test_trade_begins_by_name_and_only_between_a_retailer_and_a_supplier(capsys: pytest.CaptureFixture[str]) -> None:
    _run(capsys, SHOP)
    status, said, _ = _run(capsys, MAKER)
    assert (status, said) == (0, "Atelier Test is a supplier here, with lea@maison.example as its owner.\n")
    before = _history()
    for words in (["Atelier Test", "Maison Test"], ["Maison Test", "Nobody"]):
        status, said, wrong = _run(capsys, ["start-trading", *words])
        assert (status, said) == (1, "")
        assert "There are: " in wrong
    assert _history() == before
    status, said, _ = _run(capsys, ["start-trading", "Maison Test", "Atelier Test"])
    assert (status, said) == (0, "Maison Test can sell the goods of Atelier Test.\n")
    with system_scope("test"):
        assert TradingRelation.objects.count() == 1
    assert _history() == [*before, ("trading.started", "operator:command-line")]


@pytest.mark.parametrize(
    ("place", "wrong"), [(1, ""), (1, "x" * 121), (5, "France"), (5, "1F"), (7, "nobody"), (7, "a b@example.com")]
)
def test_nonsense_founds_nothing(capsys: pytest.CaptureFixture[str], place: int, wrong: str) -> None:
    words = list(SHOP)
    words[place] = wrong
    assert _run(capsys, words)[:2] == (1, "")
    assert not Organization.objects.exists()
    assert not Member.objects.exists()


def test_an_organization_is_not_founded_twice(capsys: pytest.CaptureFixture[str]) -> None:
    _run(capsys, SHOP)
    before = _history()
    status, said, wrong = _run(capsys, SHOP)
    assert (status, said, wrong) == (1, "", "There already is an organization called Maison Test.\n")
    assert (Membership.objects.count(), _history()) == (1, before)


def test_a_reset_link_works_once_and_stands_in_the_history(capsys: pytest.CaptureFixture[str]) -> None:
    _run(capsys, SHOP)
    status, said, _ = _run(capsys, ["reset-link", "LEA@maison.example"])
    assert status == 0
    assert "It works once, until " in said
    assert _history()[-1] == ("member.reset_link_made", "operator:command-line")
    _choose_password(Client(), _link(said), PASSWORD)
    used = Client().get(_link(said), follow=True)
    assert "This link no longer works" in used.content.decode()


def test_no_link_for_a_stranger_or_for_who_may_not_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    _run(capsys, SHOP)
    Member.objects.update(is_active=False)
    before = _history()
    for address, why in (("nobody@example.com", "No member signs in as"), ("lea@maison.example", "may not sign in")):
        status, said, wrong = _run(capsys, ["reset-link", address])
        assert (status, said) == (1, "")
        assert why in wrong
    assert _history() == before
