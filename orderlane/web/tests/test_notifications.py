"""From something that happens to the e-mail about it, over SMTP, once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.test import Client, override_settings

from orderlane.audit.models import AuditEntry
from orderlane.kernel import clock
from orderlane.members.models import Member, Membership
from orderlane.notifications.actions.open_mails import open_digest_now
from orderlane.notifications.actions.send_steps import claim_mail
from orderlane.notifications.models import Mail, Noticed, NotificationChoice, Watch
from orderlane.notifications.rules import MORNING_HOUR
from orderlane.orders.models import OrderLine
from orderlane.payments.models import Payment
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.models import Store
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.jobs import send, watch_desk
from orderlane.web.tests.conftest import INES, LEA, LOOKER, SAM, Desk
from orderlane.web.zones import zone_of
from tests.journeys.conftest import Journeys
from tests.journeys.world import CANDLE, LANTERN, LUMEN, NORTHWIND

EVENTS = ("payment_problem", "canceled_after_payment", "store_disconnected", "supplier_late", "needs_attention")
ALL_DAILY = dict.fromkeys(EVENTS, "daily")


@pytest.fixture(scope="module")
def own_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Journeys]:
    """A world apart, because here days go by."""
    keeper = Journeys("mail")
    with django_db_blocker.unblock():
        yield keeper
        keeper.close()


@pytest.fixture
def post(desk: Desk) -> Iterator[Post]:
    """A mail server for one test; what stands on the desks is known, and nobody has chosen anything."""
    told = urlsplit(httpx.get(f"{desk.world.sandbox.url}/seed.json", trust_env=False).json()["mailbox"]["smtp_url"])
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(SENDS_EMAIL=True, EMAIL_BACKEND=backend, EMAIL_HOST=told.hostname, EMAIL_PORT=told.port):
        with system_scope("test:pages"):
            for model in (Mail, Noticed, NotificationChoice, Watch):
                model.objects.all().delete()
        desk.world.sweep("web.sweep_mail")
        with system_scope("test:pages"):
            Mail.objects.all().delete()
            Watch.objects.update(digest_on=clock.now().date() + timedelta(days=1000))  # none until a test says so
        desk.world.advance(timedelta(hours=1))
        yield Post(desk)


class Post:
    """The mailbox, from now on."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._seen = len(self._all())

    def sweep(self) -> None:
        """What the worker does each minute."""
        self.desk.world.sweep("web.sweep_mail")

    def arrived(self) -> list[dict[str, Any]]:
        """What has arrived, oldest first."""
        return self._all()[self._seen :]

    def to(self, email: str) -> list[dict[str, Any]]:
        """The same, to one reader."""
        return [each for each in self.arrived() if each["to"] == [email]]

    def _all(self) -> list[dict[str, Any]]:
        url = f"{self.desk.world.sandbox.url}/mailbox/messages.json"
        told: list[dict[str, Any]] = httpx.get(url, trust_env=False).json()["messages"]
        return told


def _clock_of(organization: Organization) -> datetime:
    """What the organization's own clock shows."""
    return clock.now().astimezone(zone_of(organization))


def _morning(desk: Desk) -> None:
    """Let the next morning come in Paris, with yesterday's digest made everywhere and today's still to come."""
    while _clock_of(desk.retailer).hour != MORNING_HOUR:
        desk.world.advance(timedelta(minutes=30))
    with system_scope("test:pages"):
        Watch.objects.update(digest_on=_clock_of(desk.retailer).date() - timedelta(days=1))


def _stuck(desk: Desk, sku: str = "UNKNOWN-SKU") -> None:
    """Something that needs attention: a product that no supplier has."""
    desk.world.buy(LUMEN, {"ML-CARTE": 1})
    desk.world.settle()
    with system_scope("test:pages"):
        line = OrderLine.objects.filter(sku="ML-CARTE").latest("pk")
        OrderLine.objects.filter(pk=line.pk).update(match="unmatched", title=sku, sku=sku)


def _lose(domain: str) -> None:
    with system_scope("test:pages"):
        Store.objects.filter(external_id=domain).update(status="disconnected", status_reason="access_refused")


@pytest.fixture
def lost_store(post: Post) -> Iterator[str]:
    yield LUMEN
    with system_scope("test:pages"):
        Store.objects.filter(external_id=LUMEN).update(status="connected", status_reason="")


def test_a_disconnected_store_is_told_at_once_and_once(desk: Desk, post: Post, lost_store: str) -> None:
    _lose(lost_store)
    post.sweep()
    [letter] = post.to(LEA)
    assert letter["subject"] == "Boutiques déconnectées chez Maison Lumen"
    assert "Maison Lumen" in letter["plain"]
    post.sweep()
    desk.world.advance(timedelta(hours=2))
    post.sweep()
    assert len(post.to(LEA)) == 1
    assert post.to(LOOKER["retailer"]) == [], "who only looks hears of nothing without asking"
    assert post.to(SAM) == [], "it is another organization's store"
    [mail] = desk.rows(Mail, kind="alert")
    assert (mail.status, mail.fence) == ("sent", 1)
    acts = [row.action for row in desk.rows(AuditEntry, about_id=mail.pk)]
    assert acts == ["mail.opened", "status.moved", "status.moved"]


def test_what_comes_back_is_told_again(desk: Desk, post: Post, lost_store: str) -> None:
    for _time in range(2):
        _lose(lost_store)
        post.sweep()
        with system_scope("test:pages"):
            Store.objects.filter(external_id=lost_store).update(status="connected", status_reason="")
        desk.world.advance(timedelta(hours=1))
        post.sweep()
    assert len(post.to(LEA)) == 2


def test_a_refused_card_is_told_to_who_did_not_see_it(desk: Desk, post: Post) -> None:
    _order, po = desk.world.ordered(LUMEN, {CANDLE: 1})
    with desk.world.in_step():
        payment = desk.world.start([po], "stripe")
        payment = desk.world.back(payment, give_up=True)
    refused = {"status": "declined", "reason": "card_expired", "started_at": clock.now()}
    with system_scope("test:pages"):
        Payment.objects.filter(pk=payment.pk).update(**refused)
    post.sweep()
    [letter] = post.to(LEA)
    assert letter["subject"] == "Paiements échoués chez Maison Lumen"
    assert f"{settings.BASE_URL}/payments/{payment.pk}" in letter["plain"]


def test_several_things_in_a_row_are_told_together(desk: Desk, post: Post) -> None:
    desk.client(LEA).post("/settings/notifications", dict.fromkeys(EVENTS, "at_once"))
    _stuck(desk, "OLD-ONE")
    post.sweep()
    _stuck(desk, "NEW-ONE")
    post.sweep()
    _stuck(desk, "NEW-TWO")
    post.sweep()
    assert len(post.to(LEA)) == 1, "the second waits a quarter of an hour"
    desk.world.advance(timedelta(minutes=16))
    post.sweep()
    [_first, second] = post.to(LEA)
    assert "NEW-ONE" in second["plain"]
    assert "NEW-TWO" in second["plain"]
    assert "OLD-ONE" not in second["plain"], "that was told already"


def test_the_digest_comes_in_the_morning_grouped_counted_and_in_the_readers_language(desk: Desk, post: Post) -> None:
    client = desk.client(LEA, "fr")
    client.post("/settings/notifications", ALL_DAILY)
    _stuck(desk, "<b>SKU</b>")
    post.sweep()
    assert post.arrived() == [], "it is not morning yet, or today's is made"
    _morning(desk)
    post.sweep()
    post.sweep()
    [letter] = post.to(LEA)
    assert re.fullmatch(r"\d+ points? demande(nt)? votre attention chez Maison Lumen", letter["subject"])
    assert "Produits sans fournisseur · " in letter["plain"]
    assert "Le plus ancien : il y a" in letter["plain"].replace("\u00a0", " ").replace("\u202f", " ")
    assert "<b>SKU</b>" in letter["plain"]
    assert "&lt;b&gt;SKU" in letter["html"]
    links = re.findall(r'href="([^"]+)"', letter["html"])
    assert links
    assert all(link.startswith(f"{settings.BASE_URL}/") for link in links)
    assert "src=" not in letter["html"], "nothing tells when it is read"
    [mail] = desk.rows(Mail, kind="digest", organization=desk.retailer)
    assert mail.day == _clock_of(desk.retailer).date()


def test_there_is_no_digest_on_a_morning_without_anything_open(desk: Desk, post: Post) -> None:
    desk.world.buy(NORTHWIND, {LANTERN: 1})
    desk.world.settle()
    sam = desk.client(SAM)
    sam.post("/settings/notifications", ALL_DAILY | {"supplier_late": "never"})
    _morning(desk)
    post.sweep()
    desk.world.advance(timedelta(hours=10))
    post.sweep()
    [watch] = desk.rows(Watch, organization__name="Northwind Outdoor")
    assert watch.digest_on == _clock_of(watch.organization).date(), "it was looked at in the American morning"
    assert post.to(SAM) == []


def test_lost_and_doubled_jobs_make_no_second_digest(desk: Desk, post: Post) -> None:
    desk.client(LEA).post("/settings/notifications", ALL_DAILY)
    _stuck(desk)
    _morning(desk)
    post.desk.world.sweep("web.sweep_mail")
    [mail] = desk.rows(Mail, kind="digest", organization=desk.retailer)
    for _worker in range(3):
        watch_desk(str(desk.retailer.pk))
        send(str(mail.pk), str(desk.retailer.pk))
    assert len(post.to(LEA)) == 1
    assert len(desk.rows(Mail, kind="digest", organization=desk.retailer)) == 1


def test_a_worker_that_dies_in_the_middle_costs_one_repeat_at_most(desk: Desk, post: Post) -> None:
    mail = _asked_for(desk)
    for _death in range(2):
        with acting_for(desk.retailer.pk, "test:pages"):
            assert claim_mail(mail.pk, now=clock.now()) is not None
            assert claim_mail(mail.pk, now=clock.now()) is None, "somebody holds it"
        desk.world.advance(timedelta(minutes=3))
    post.sweep()
    [ended] = desk.rows(Mail, pk=mail.pk)
    assert (ended.status, ended.reason, ended.unclear_count) == ("unclear", "lease_lost", 2)
    assert post.to(LEA) == [], "after two workers that may have sent it, nobody does"


def test_a_mail_server_that_falls_silent_gets_the_same_message_once_more(desk: Desk, post: Post) -> None:
    desk.world.fault("mailbox", "message", "reset_after", count=1)
    mail = _asked_for(desk)
    post.sweep()
    letters = post.to(LEA)
    assert len(letters) == 2
    assert len({letter["headers"]["Message-ID"] for letter in letters}) == 1
    assert desk.rows(Mail, pk=mail.pk)[0].status == "sent"


@pytest.mark.parametrize(
    ("mode", "status", "reason", "count"), [("500", "refused", "mail_refused", 0), ("503", "due", "mail_deferred", 0)]
)
def test_a_refusal_is_kept_for_good_and_a_delay_is_tried_again(
    desk: Desk, post: Post, mode: str, status: str, reason: str, count: int
) -> None:
    desk.world.fault("mailbox", "message", mode, count=1)
    mail = _asked_for(desk)
    post.sweep()
    [row] = desk.rows(Mail, pk=mail.pk)
    assert (row.status, row.reason, len(post.to(LEA))) == (status, reason, count)
    desk.world.advance(timedelta(hours=1))
    post.sweep()
    assert desk.rows(Mail, pk=mail.pk)[0].status == ("refused" if mode == "500" else "sent")
    assert len(post.to(LEA)) == (0 if mode == "500" else 1)


def test_an_unreachable_mail_server_is_tried_for_a_day(desk: Desk, post: Post) -> None:
    with override_settings(EMAIL_PORT=1):
        mail = _asked_for(desk)
        post.sweep()
        assert desk.rows(Mail, pk=mail.pk)[0].reason == "no_connection"
        desk.world.advance(timedelta(hours=23))
        post.sweep()
        assert desk.rows(Mail, pk=mail.pk)[0].status == "due"
        desk.world.advance(timedelta(hours=2))
        post.sweep()
    [row] = desk.rows(Mail, pk=mail.pk)
    assert (row.status, row.unclear_count) == ("refused", 0)


def _asked_for(desk: Desk) -> Mail:
    """A digest that Léa asks for on the settings page, not yet sent."""
    _stuck(desk)
    client = desk.client(LEA)
    client.post("/settings/notifications", ALL_DAILY)
    client.post("/settings/notifications/digest")
    mail: Mail = desk.rows(Mail, kind="digest", organization=desk.retailer, day=None)[-1]
    return mail


def test_one_press_in_the_mail_program_stops_the_digest(desk: Desk, post: Post) -> None:
    _asked_for(desk)
    desk.world.settle()
    [letter] = post.to(LEA)
    headers = letter["headers"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    url = headers["List-Unsubscribe"].strip(" <>")
    assert url.startswith(f"{settings.BASE_URL}/notifications/stop/")
    path = urlsplit(url).path
    stranger, before = Client(enforce_csrf_checks=True), desk.history()
    asked = stranger.get(path)
    assert asked.status_code == 200
    assert desk.history() == before, "opening a link stops nothing"
    stopped = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    rows = {row.event: row.delivery for row in desk.rows(NotificationChoice, member__email=LEA)}
    assert {rows[event] for event in EVENTS} == {"never"}
    assert desk.history() == before + len(EVENTS)
    stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert desk.history() == before + len(EVENTS)
    _morning(desk)
    post.sweep()
    assert len(post.to(LEA)) == 1


def test_a_link_that_somebody_made_up_stops_nothing(desk: Desk, post: Post) -> None:
    before = desk.history()
    membership = Membership.objects.filter(member__email=LEA).get()
    forged = [str(membership.pk), json.dumps({"m": str(membership.pk), "k": "digest"}), "eyJtIjoi:1abc:xyz"]
    for token in forged:
        assert Client().post(f"/notifications/stop/{token}").status_code == 404
    assert desk.history() == before


def test_what_is_settled_before_it_is_sent_is_not_told(desk: Desk, post: Post, lost_store: str) -> None:
    _lose(lost_store)
    watch_desk(str(desk.retailer.pk))
    with system_scope("test:pages"):
        Store.objects.filter(external_id=lost_store).update(status="connected", status_reason="")
    desk.world.settle()
    [mail] = desk.rows(Mail, kind="alert")
    assert (mail.status, mail.reason) == ("skipped", "nothing_to_tell")
    assert post.arrived() == []


def test_a_former_member_is_told_nothing(desk: Desk, post: Post) -> None:
    leaver = Member.objects.create_user("leaver@maison-lumen.example", "leaves-very-soon")
    membership = Membership.objects.create(organization=desk.retailer, member=leaver, role="staff")
    _stuck(desk)
    with acting_for(desk.retailer.pk, "test:pages"):
        open_digest_now(membership, now=clock.now())
    membership.delete()
    desk.world.settle()
    assert post.to(leaver.email) == []
    assert [row.status for row in desk.rows(Mail, member=leaver)] == ["skipped"]


def test_choices_are_ones_own_and_recorded(desk: Desk, post: Post) -> None:
    before = desk.history()
    looker = desk.client(LOOKER["retailer"])
    wanted = dict.fromkeys(EVENTS, "never") | {"supplier_late": "daily", "payment_problem": "by pigeon"}
    looker.post("/settings/notifications", wanted)
    assert desk.history() == before + 1
    [choice] = desk.rows(NotificationChoice)
    assert (choice.member.email, choice.event, choice.delivery) == (LOOKER["retailer"], "supplier_late", "daily")
    [entry] = desk.rows(AuditEntry, about_id=choice.pk)
    assert (entry.action, entry.old, entry.new) == ("notification.chosen", "never", "daily")
    assert desk.client(INES).get("/settings/notifications").status_code == 404
    page = looker.get("/settings/notifications").content.decode()
    assert re.search(r'name="supplier_late" value="daily" checked', page)


def test_a_digest_on_demand_needs_something_to_tell_and_a_mail_server(desk: Desk, post: Post) -> None:
    client = desk.client(LEA)
    client.post("/settings/notifications", dict.fromkeys(EVENTS, "never"))
    said = client.post("/settings/notifications/digest", follow=True).content.decode()
    assert "there is nothing to send" in said
    client.post("/settings/notifications", ALL_DAILY)
    with override_settings(SENDS_EMAIL=False):
        said = client.post("/settings/notifications/digest", follow=True).content.decode()
    assert "This installation sends no e-mail" in said
    assert desk.rows(Mail) == []


def test_a_late_supplier_is_told_of(desk: Desk, post: Post) -> None:
    client = desk.client(LEA)
    client.post("/settings/notifications", dict.fromkeys(EVENTS, "never") | {"supplier_late": "at_once"})
    po = desk.delivered
    with system_scope("test:pages"):
        PurchaseOrder.objects.filter(pk=po.pk).update(forwarded_at=clock.now())
    desk.world.advance(timedelta(days=3, hours=23))
    post.sweep()
    assert post.arrived() == [], "two days to prepare it, and two of patience"
    desk.world.advance(timedelta(hours=2))
    post.sweep()
    [letter] = post.to(LEA)
    assert letter["subject"] == "Late at the supplier at Maison Lumen"
    assert po.number in letter["plain"]
