"""Kill the process at every boundary of noticing a refund; afterwards it is in the books, exactly once.

Noticing changes nothing outside, so one paid and refunded world serves all crash points, each with its own copy of
the database.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from orderlane.kernel import clock
from orderlane.payments.jobs import sweep
from orderlane.payments.models import Payment
from orderlane.ports import registry
from orderlane.tenants.scope import acting_for
from tests.databases import template_name
from tests.faults import boundaries
from tests.faults.checks import rows
from tests.faults.children import in_child, killed_in_child
from tests.faults.databases import copied
from tests.faults.outside import Outside
from tests.faults.story import ACTOR, Story, drain, live, prepare

LATER = timedelta(days=1, hours=1)
"""When a paid payment is looked at again by itself."""


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_crash_while_a_refund_is_noticed_books_it_exactly_once(provider: str, outside: Outside) -> None:
    registry.rates().rate("EUR", "USD", clock.now().date())  # read once here, inherited by every fork
    outside.reset()
    skus = outside.skus()[:2]
    with copied(template_name(), "seeded") as seeded:

        def paid() -> str:
            story: Story = prepare(outside, provider, 2, skus)
            live(story, outside)
            with acting_for(story.retailer_id, ACTOR):
                return Payment.objects.get().external_id

        page = in_child(paid)
        for amount in ({"stripe": "123", "paypal": "1.23"}[provider], ""):
            outside.refund(provider, page, amount)
        trace = _trace(outside, seeded)
        wrong = [
            f"#{number} {label}: {problem}"
            for number, label in enumerate(trace, start=1)
            for problem in _crash_at(number, outside, seeded)
        ]
    assert not wrong, "\n".join(wrong)


def _notice() -> None:
    with clock.shifted(LATER):
        sweep()
        drain()


def _trace(outside: Outside, seeded: str) -> list[str]:
    """Notice it undisturbed, and return the boundaries in order."""
    with copied(seeded, "walk"), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace"

        def walk() -> list[str]:
            boundaries.watch(trace=file)
            _notice()
            return _violations(outside)

        assert in_child(walk) == []
        labels = file.read_text().splitlines()
    assert sum(label.startswith("before") for label in labels) >= 1
    assert sum(label.endswith("commit") for label in labels) >= 4
    return labels


def _crash_at(number: int, outside: Outside, seeded: str) -> list[str]:
    with copied(seeded, "walk"):

        def walk() -> None:
            boundaries.watch(fatal=number)
            _notice()

        if survived := killed_in_child(walk):
            return [survived]

        def mend() -> list[str]:
            # The worker died with its job; the sweep wakes another one.
            _notice()
            return _violations(outside)

        problems: list[str] = in_child(mend)
        return problems


def _violations(outside: Outside) -> list[str]:
    given = sorted((e["facts"]["refund_id"], e["facts"]["amount_minor"]) for e in outside.journal("refund.completed"))
    here = sorted((row["external_id"], row["amount_minor"]) for row in rows("SELECT * FROM payments_refund"))
    wrong = [] if here == given else [f"given back {given}, in the books {here}"]
    wrong += [
        f"{row['book']} of {row['purchase_order_id']} holds {row['left']}"
        for row in rows(
            "SELECT book, purchase_order_id, sum(credit_minor - debit_minor) AS left FROM payments_ledgerentry"
            " GROUP BY 1, 2 HAVING sum(credit_minor - debit_minor) <> 0"
        )
    ]
    wrong += [f"payment {row['status']}" for row in rows("SELECT * FROM payments_payment WHERE status <> 'refunded'")]
    wrong += [
        f"{row['number']} is {row['payment_state']}"
        for row in rows("SELECT * FROM purchasing_purchaseorder WHERE payment_state <> 'refunded'")
    ]
    doubled = rows(
        "SELECT about_id, action FROM audit_auditentry WHERE new = 'refunded' GROUP BY 1, 2 HAVING count(*) > 1"
    )
    return wrong + [f"{row['action']} was recorded twice for {row['about_id']}" for row in doubled]
