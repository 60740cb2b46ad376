"""The seeded accounts with their restricted keys, and a platform to which both are connected."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StripeAccount:
    """An account that receives money, its restricted key, and its one seeded webhook endpoint."""

    key: str
    name: str
    id: str
    country: str
    email: str
    api_key: str
    endpoint_id: str
    webhook_secret: str
    platform: bool = False


BRUME = StripeAccount(
    "brume",
    "Atelier Brume",
    "acct_1SbrumeKx7Qm2Vt0",
    "FR",
    "encaissements@atelier-brume.example",
    "rk_test_51SbrumeKx7Qm2Vt0LkRz9HsWcPd4NfGj1TuEoKi5BhYaXr8",
    "we_1SbrumeKx7Qm2Vt0wH5YtLkR",
    "whsec_brumeSandboxQ7mVt2LkRz9HsWcPd4NfGj1",
)
CASCADE = StripeAccount(
    "cascade",
    "Cascade Gear",
    "acct_1ScascadeH3nWq9K",
    "US",
    "payments@cascade-gear.example",
    "rk_test_51ScascadeH3nWq9KtLz5VmRx1JdGf7PsYa2CuTo8BiErXv4",
    "we_1ScascadeH3nWq9KtwLz5VmR",
    "whsec_cascadeSandboxW8rTz2QnLc6VmKy0JdXf4",
)
MIELLERIE = StripeAccount(
    "miellerie",
    "La Miellerie",
    "acct_1SmiellerieD5tQm8",
    "FR",
    "comptes@la-miellerie.example",
    "rk_test_51SmiellerieD5tQm8XzVk2RwLn7JdGf4HsPcYa9TuEo3BiK",
    "we_1SmiellerieD5tQm8wXzVk2R",
    "whsec_miellerieSandboxT9wLn4QzXc7VmRy2KdJ",
)
KESTREL = StripeAccount(
    "kestrel",
    "Kestrel Pottery",
    "acct_1SkestrelF2vRn6Tz",
    "GB",
    "accounts@kestrel-pottery.example",
    "rk_test_51SkestrelF2vRn6TzWq9LmKx4JdHs8GfPcYa1BuEo7TiCrX",
    "we_1SkestrelF2vRn6TzwWq9LmK",
    "whsec_kestrelSandboxW7nTz5QmLc3VrKy8JdXf2",
)
VERDIER = StripeAccount(
    "verdier",
    "Verdier Céramique",
    "acct_1SverdierG8mXn3Tz",
    "FR",
    "comptabilite@verdier-ceramique.example",
    "rk_test_51SverdierG8mXn3TzQq5LwKx1JdHs6RfPcYa4BuEo9TiCrV",
    "we_1SverdierG8mXn3TzwQq5LwK",
    "whsec_verdierSandboxQ6wTz9XmLc1VnKy5JdRf4",
)
FILATURE = StripeAccount(
    "filature",
    "Filature du Vercors",
    "acct_1SfilatureV7mRc3",
    "FR",
    "compta@filature-vercors.example",
    "rk_test_51SfilatureV7mRc3PkXz8LnWq2JdGt6HsYa4CuVo9BiErTf1",
    "we_1SfilatureV7mRc3wPkXz8Ln",
    "whsec_filatureSandboxV7mRc3PkXz8LnWq2JdGt6",
)
PLATFORM = StripeAccount(
    "platform",
    "Sandbox platform",
    "acct_1SplatformZq4Rt8",
    "US",
    "platform@sandbox.example",
    "rk_test_51SplatformZq4Rt8YvBn2McXz6LkJh0GfDs9PoIu3TrEw7Q",
    "we_1SplatformZq4Rt8YvwBn2Mc",
    "whsec_platformSandboxY5vBn2McXz6LkJh0GfDs",
    platform=True,
)
ACCOUNTS = (BRUME, CASCADE, MIELLERIE, KESTREL, VERDIER, FILATURE, PLATFORM)


def by_api_key(api_key: str) -> StripeAccount | None:
    """The account a key belongs to."""
    return next((a for a in ACCOUNTS if api_key and a.api_key == api_key), None)


def by_id(account_id: str) -> StripeAccount | None:
    """The account with this `acct_` id."""
    return next((a for a in ACCOUNTS if a.id == account_id), None)


def by_key(key: str) -> StripeAccount | None:
    """The account with this short name."""
    return next((a for a in ACCOUNTS if a.key == key), None)


def may_act_for(caller: StripeAccount, account: StripeAccount) -> bool:
    """Whether a key of `caller` may name `account` in `Stripe-Account`."""
    return caller is account or (caller.platform and not account.platform)
