"""Settings: the organization, its members, and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person with access, or invited."""

    name: str
    email: str
    role: Text
    is_self: bool = False
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation nobody has accepted yet."""

    email: str
    role: Text
    invited_by: str
    expires_at: datetime
    link: str = ""
    """Shown once, to the person who made it, when the installation cannot send e-mail."""
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Who may do what here."""

    members: Sequence[MemberRow]
    invitations: Sequence[InvitationRow]
    form: forms.Form | None = None
    form_url: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """The organization's own data; ``missing`` names what stops payments."""

    form: forms.Form
    form_url: str
    more_form: forms.Form
    """What only suppliers, or only retailers, set."""
    is_supplier: bool = False
    missing: Sequence[Text] = field(default_factory=tuple)
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """What somebody is invited to. ``form`` asks for a password when they have no account yet."""

    organization: str
    role: Text
    email: str
    invited_by: str
    state: str
    """``open``, ``expired``, ``used`` or ``other_member`` (signed in as somebody else)."""
    form: forms.Form | None = None
    form_url: str = ""
