"""The installation's vault, and the base of rows that keep sealed secrets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.db import models

from orderlane.kernel.vault import Vault
from orderlane.tenants.models import TenantModel


@cache
def vault() -> Vault:
    """The vault with this installation's keys."""
    return Vault(settings.VAULT_KEYS)


class SecretKeeper(TenantModel):
    """A tenant row with credentials, readable only with the vault's key and only in this row."""

    sealed_secrets = models.BinaryField(default=bytes, editable=False)

    class Meta:
        abstract = True

    def seal(self, secrets: Mapping[str, str]) -> None:
        """Put ``secrets`` into the row (not yet saved)."""
        self.sealed_secrets = vault().seal(secrets, self._context())

    def unseal(self) -> dict[str, str]:
        """Read the secrets back; empty when none were ever sealed."""
        return vault().open(bytes(self.sealed_secrets), self._context()) if self.sealed_secrets else {}

    def has_secrets_of(self, read: SecretKeeper) -> bool:
        """Whether nothing was sealed here since ``read``, the same row, was read."""
        return bytes(self.sealed_secrets) == bytes(read.sealed_secrets)

    def _context(self) -> str:
        tenant = getattr(self, f"{self.tenant_fields[0]}_id")
        return f"{tenant}:{self._meta.db_table}:{self.pk}"
