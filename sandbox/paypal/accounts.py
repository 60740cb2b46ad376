"""The seeded business accounts, each with its own REST app and one webhook."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BusinessAccount:
    """Someone who receives money. `merchant_id` has 13 characters without 0, 1, I and O, as PayPal writes them."""

    key: str
    name: str
    merchant_id: str
    email: str
    client_id: str
    client_secret: str
    webhook_id: str


ACCOUNTS = (
    BusinessAccount(
        "brume",
        "Atelier Brume",
        "BRUMEATELSER2",
        "encaissements@atelier-brume.example",
        "AYbrume7Qm2xVt0LkRz9HsWcPd4NfGj1TuEoKi5BhYaXr8SvDnMlZpCw3JgFqU6e",
        "EPbrumeK4tWz8RnXc2VmQy6LdJf0HsGa9PuTo1BiErCv5MjNkSxZlDhYgFqU7w3e",
        "4BR30871LM620745P",
    ),
    BusinessAccount(
        "cascade",
        "Cascade Gear",
        "CASCADEGEARS2",
        "payments@cascade-gear.example",
        "AYcascadeH3nWq9KtLz5VmRx1JdGf7PsYa2CuTo8BiErXv4NjMkQwZlDhSgFpU0y6",
        "EPcascadeW8rTz2QnLc6VmKy0JdXf4HsGa3PuBo9TiErCv7MjNkSwZlDhYgFqU1x5",
        "7CG51942TR803416K",
    ),
    BusinessAccount(
        "porto",
        "Porto Cork",
        "PARTECARKPT22",
        "pagamentos@porto-cork.example",
        "AYportoB6mZq2XtNz8VkRw4LdJf1HsGa7PuTo0CiErYv9MjQkSxWlDhKgFpU5n3e",
        "EPportoN1tWz5RmXc9VkQy3LdJf7HsGa2PuBo6TiErCv0MjNlSxZwDhYgFqU8k4e",
        "2PC86047GH195283L",
    ),
    BusinessAccount(
        "miellerie",
        "La Miellerie",
        "M4ELLERESSQY2",
        "comptes@la-miellerie.example",
        "AYmiellerieD5tQm8XzVk2RwLn7JdGf4HsPcYa9TuEo3BiKrXv6NjMhSgFqU1w",
        "EPmiellerieT9wLn4QzXc7VmRy2KdJf8HsGa5PuBo1TiErCv3MjNkSwZlDhYgF",
        "5ML60318KX472950R",
    ),
    BusinessAccount(
        "kestrel",
        "Kestrel Pottery",
        "KESTRELPQT4GB",
        "accounts@kestrel-pottery.example",
        "AYkestrelF2vRn6TzWq9LmKx4JdHs8GfPcYa1BuEo7TiCrXv3NjQkSgMlDhUpZw5",
        "EPkestrelW7nTz5QmLc3VrKy8JdXf2HsGa9PuBo4TiErCv6MjNkSwZlDhYgFqU0",
        "9KP14726RD583094T",
    ),
    BusinessAccount(
        "verdier",
        "Verdier Céramique",
        "VERDAERCRAM7F",
        "comptabilite@verdier-ceramique.example",
        "AYverdierG8mXn3TzQq5LwKx1JdHs6RfPcYa4BuEo9TiCrVv7NjMkSgFlDhUpZ2",
        "EPverdierQ6wTz9XmLc1VnKy5JdRf4HsGa7PuBo2TiErCv8MjNkSwZlDhYgFqU3",
        "3VC97205TM618437B",
    ),
    BusinessAccount(
        "vercors",
        "Filature du Vercors",
        "F6LATVERCQ5S9",
        "comptes@filature-vercors.example",
        "AYvercorsH4wTn9ZzQx7LmKy2JdGs5RfPcYa6BuEo1TiCrXv8NjMkSgFlDhUpZ3",
        "EPvercorsX2nTz7RmLc4VqKy8JdWf1HsGa6PuBo3TiErCv9MjNkSwZlDhYgFqU5",
        "8FV31694KD257013P",
    ),
)

PAYER = {
    "email_address": "achats@maison-lumen.example",
    "account_id": "PAYERLUMEN234",
    "name": {"given_name": "Camille", "surname": "Moreau"},
    "address": {"country_code": "FR"},
}
"""The one payer of the sandbox."""


def by_client(client_id: str, client_secret: str) -> BusinessAccount | None:
    """The account whose REST app has these credentials."""
    return next((a for a in ACCOUNTS if (a.client_id, a.client_secret) == (client_id, client_secret)), None)


def by_key(key: str) -> BusinessAccount | None:
    """The account with this short name."""
    return next((a for a in ACCOUNTS if a.key == key), None)


def by_payee(merchant_id: str, email: str) -> BusinessAccount | None:
    """The account that would receive money sent to this merchant id or e-mail address."""
    for account in ACCOUNTS:
        if merchant_id and merchant_id == account.merchant_id:
            return account
        if not merchant_id and email.lower() == account.email:
            return account
    return None
