"""What the operator does from the command line: organizations, who trades with whom, and lost passwords."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError
from django.urls import reverse

from orderlane.kernel import clock
from orderlane.members.actions.organizations import create_organization
from orderlane.members.actions.reset_link import note_reset_link
from orderlane.members.models import Member
from orderlane.suppliers.actions.supplier_settings import start_trading
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import system_scope

ACTOR = "operator:command-line"


class CannotDo(RuntimeError):
    """What was asked for makes no sense here; the message says why and what to do."""


def main(words: list[str]) -> int:
    """Run the command ``words[0]`` with its arguments, all of them given; 1 when it could not be done."""
    try:
        said = _COMMANDS[words[0]](*words[1:])
    except CannotDo as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except DatabaseError as problem:
        sys.stderr.write(f"The database did not answer: {problem}\nTry `orderlane migrate`, then `orderlane doctor`.\n")
        return 1
    sys.stdout.write(said)
    return 0


def reset_link(email: str) -> str:
    """Make a link with which the member chooses a new password, once."""
    member = Member.objects.filter(email=email.strip().lower()).first()
    if member is None:
        raise CannotDo(f"No member signs in as {email}. Invite them, or see `orderlane add-organization --help`.")
    return _link_for(member)


def add_organization(name: str, kind: str, country: str, owner: str) -> str:
    """Create a retailer or supplier with its first owner; a new owner gets a link to choose a password."""
    address, country = owner.strip().lower(), country.strip().upper()
    try:
        validate_email(address)
    except ValidationError as problem:
        raise CannotDo(f"{owner} is no e-mail address.") from problem
    if len(country) != 2 or not country.isalpha():
        raise CannotDo(f"{country} is no country code. Give two letters, such as FR or US.")
    if not name.strip() or len(name) > 120:
        raise CannotDo("Give the organization a name of at most 120 signs.")
    if Organization.objects.filter(name=name).exists():
        raise CannotDo(f"There already is an organization called {name}.")
    with system_scope(ACTOR):
        member = Member.objects.filter(email=address).first()
        is_new = member is None
        member = member or Member.objects.create_user(address)
        create_organization(
            name=name.strip(), kind=OrganizationKind(kind), country=country, owner=member, now=clock.now()
        )
    said = f"{name} is a {kind} here, with {address} as its owner.\n"
    return said + (_link_for(member) if is_new else "")


def trade(retailer: str, supplier: str) -> str:
    """Let a retailer sell a supplier's goods."""
    with system_scope(ACTOR):
        start_trading(
            _organization(retailer, OrganizationKind.RETAILER).pk,
            _organization(supplier, OrganizationKind.SUPPLIER).pk,
            now=clock.now(),
        )
    return f"{retailer} can sell the goods of {supplier}.\n"


def _organization(name: str, kind: OrganizationKind) -> Organization:
    found = Organization.objects.filter(kind=kind, name=name).first()
    if found is None:
        known = ", ".join(
            Organization.objects.filter(kind=kind).order_by(alphabetical("name")).values_list("name", flat=True)
        )
        raise CannotDo(f"No {kind.value} is called {name}. There are: {known or 'none yet'}.")
    return found


def _link_for(member: Member) -> str:
    if not member.is_active:
        raise CannotDo(f"{member.email} may not sign in any more.")
    now = clock.now()
    key = default_token_generator.make_token(member)
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(member), "key": key})
    with system_scope(ACTOR):
        note_reset_link(member, now=now)
    until = now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return (
        f"With this link {member.email} chooses a password. It works once, until {until:%Y-%m-%d %H:%M} UTC.\n"
        "Whoever has it can sign in: hand it over in private.\n"
        f"{settings.BASE_URL}{address}\n"
    )


_COMMANDS: dict[str, Callable[..., str]] = {
    "add-organization": add_organization,
    "start-trading": trade,
    "reset-link": reset_link,
}
