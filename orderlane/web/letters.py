"""E-mails to members as they read: what stands on the desk now, in their language and on their organization's clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orderlane.desk.events import event_of, key_of
from orderlane.desk.queries import Stuck, told_by_mail
from orderlane.kernel import clock
from orderlane.members.models import Membership
from orderlane.notifications.letters import Letter
from orderlane.notifications.models import Mail, MailKind
from orderlane.notifications.queries import deliveries_of, membership_of
from orderlane.notifications.rules import Delivery, Event
from orderlane.web.formatting import ago, number
from orderlane.web.pages.attention import AttentionRow
from orderlane.web.pages.states import Text
from orderlane.web.present.attention import Rights, groups_of
from orderlane.web.stop_links import stop_url
from orderlane.web.zones import zone_of

MOST_ROWS = 5
"""How many things of each reason are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One thing, with an address that opens it from anywhere."""

    title: str
    url: str
    detail: Text
    age: str


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """One reason: how many, since when, what it means, and the first few of them."""

    title: Text
    meaning: Text
    count: int
    oldest: str
    rows: Sequence[LetterRow]
    more: int


@dataclass(frozen=True, slots=True)
class LetterPage:
    """The whole e-mail, before it becomes plain text and HTML."""

    subject: str
    groups: Sequence[LetterGroup]
    why: Text
    """Why the reader gets it."""
    attention_url: str
    settings_url: str
    stop_url: str


def compose(mail: Mail) -> Letter | None:
    """Write an e-mail in its reader's language, in the organization's scope; None when nothing is left to tell."""
    membership = membership_of(mail)
    if membership is None:
        return None
    now = clock.now()
    found = _to_tell(mail, membership, now)
    if not found:
        return None
    language = membership.member.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(membership.organization)):
        rights = Rights(may_write=False, may_manage=False, language=language)
        groups = [
            _group(stuck, shown.title, shown.meaning, shown.rows, now, language)
            for stuck, shown in zip(found, groups_of(found, rights), strict=True)
        ]
        return _written(mail, membership, groups, language)


def anything_for_digest(membership: Membership, now: datetime) -> bool:
    """Whether a digest written now would have anything to tell."""
    return bool(_of_deliveries(membership, now))


def _to_tell(mail: Mail, membership: Membership, now: datetime) -> list[Stuck]:
    if mail.kind == MailKind.DIGEST:
        return _of_deliveries(membership, now)
    deliveries = deliveries_of(membership)
    about = {(reason, key) for reason, key in mail.about}

    def still_meant(reason: str, row: object) -> bool:
        return (reason, key_of(row)) in about and deliveries[event_of(reason, row)] is Delivery.AT_ONCE

    return _narrowed(told_by_mail(now), still_meant)


def _of_deliveries(membership: Membership, now: datetime) -> list[Stuck]:
    """What the digest is about: the events a member hears of each morning."""
    deliveries = deliveries_of(membership)
    daily: set[Event] = {event for event, how in deliveries.items() if how is Delivery.DAILY}
    return _narrowed(told_by_mail(now), lambda reason, row: event_of(reason, row) in daily)


def _narrowed(found: Sequence[Stuck], wanted: Callable[[str, object], bool]) -> list[Stuck]:
    """Only the wanted rows. What lies beyond the rows in hand is counted with them when all of those are wanted."""
    kept = []
    for stuck in found:
        rows = [row for row in stuck.rows if wanted(stuck.reason, row)]
        if rows:
            count = stuck.count if len(rows) == len(stuck.rows) else len(rows)
            kept.append(replace(stuck, rows=rows, count=count))
    return kept


def _group(
    stuck: Stuck, title: Text, meaning: Text, rows: Sequence[AttentionRow], now: datetime, language: str
) -> LetterGroup:
    shown = [
        LetterRow(row.title, f"{settings.BASE_URL}{row.url}", row.detail, ago(row.since, now, language)) for row in rows
    ]
    oldest = min(row.since for row in rows)
    first = shown[:MOST_ROWS]
    return LetterGroup(title, meaning, stuck.count, ago(oldest, now, language), first, stuck.count - len(first))


def _written(mail: Mail, membership: Membership, groups: Sequence[LetterGroup], language: str) -> Letter:
    kind = MailKind(mail.kind)
    page = LetterPage(
        subject=_subject(kind, membership.organization.name, groups, language),
        groups=groups,
        why=_why(mail),
        attention_url=settings.BASE_URL + reverse("attention"),
        settings_url=settings.BASE_URL + reverse("notifications"),
        stop_url=stop_url(membership, kind),
    )
    return Letter(
        to=membership.member.email,
        subject=page.subject,
        text=_as_text(page),
        html=render_to_string("mails/open_things.html", {"page": page, "language": language}),
        unsubscribe_url=page.stop_url,
    )


def _why(mail: Mail) -> str:
    if mail.kind == MailKind.ALERT:
        return _("You get this as soon as it happens.")
    return _("You get this each morning on which something is open.") if mail.day else _("You asked for this.")


def _subject(kind: MailKind, organization: str, groups: Sequence[LetterGroup], language: str) -> str:
    total = sum(group.count for group in groups)
    words = {"count": number(total, language), "organization": organization, "what": groups[0].title}
    if kind is MailKind.DIGEST:
        subject = (
            ngettext(
                "%(count)s thing needs attention at %(organization)s",
                "%(count)s things need attention at %(organization)s",
                total,
            )
            % words
        )
    else:
        subject = _("%(what)s at %(organization)s") % words
    # One line, whatever the name: a line break would begin another header.
    return " ".join(subject.split())


def _as_text(page: LetterPage) -> str:
    """The same for those who read no HTML. Not a template: a template would escape it."""
    parts = [page.subject, *(_group_as_text(group) for group in page.groups)]
    parts.append("\n".join([_("See what needs attention"), page.attention_url]))
    parts.append("\n".join([str(page.why), _("Choose what you hear of"), page.settings_url]))
    parts.append("\n".join([_("Stop these e-mails"), page.stop_url]))
    return "\n\n".join(parts) + "\n"


def _group_as_text(group: LetterGroup) -> str:
    lines = [f"{group.title} · {group.count}", _("The oldest: %(age)s.") % {"age": group.oldest}, str(group.meaning)]
    for row in group.rows:
        lines += [f"- {row.title} ({row.age})", *([f"  {row.detail}"] if row.detail else []), f"  {row.url}"]
    if group.more > 0:
        lines.append(ngettext("and %(count)s more", "and %(count)s more", group.more) % {"count": group.more})
    return "\n".join(lines)
