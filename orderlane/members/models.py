"""People, and what they may do in which organization."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from orderlane.kernel.ids import new_id
from orderlane.tenants.models import Organization, TenantModel


class Role(models.TextChoices):
    """What a member may do in an organization."""

    OWNER = "owner"
    STAFF = "staff"
    READ_ONLY = "read_only"


class MemberManager(BaseUserManager["Member"]):
    """Makes members; sign-in looks them up by e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Member:
        """Create a member; without a password the account can only be entered by a reset link."""
        member = self.model(email=email.strip().lower(), **fields)
        member.set_password(password)
        member.save()
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Member:
        """Create an operator of the installation."""
        return self.create_user(email, password, is_operator=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Member:
        """Find by e-mail address."""
        return self.get(email=(username or "").strip().lower())


class Member(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Not scoped: who someone is comes before what they may see."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)

    objects: ClassVar[MemberManager] = MemberManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def is_staff(self) -> bool:
        """Django's word for an operator."""
        return self.is_operator

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A member's role in an organization. Not scoped: it is what a scope is derived from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "member"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.member} {self.role} of {self.organization}"

    @property
    def may_write(self) -> bool:
        """Owners and staff act; read-only members look."""
        return self.role in {Role.OWNER, Role.STAFF}

    @property
    def may_manage(self) -> bool:
        """Only owners connect accounts and manage members."""
        return self.role == Role.OWNER


class Invitation(TenantModel):
    """An invitation to join an organization; only the hash of its link is kept."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"
