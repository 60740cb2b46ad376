"""Names are found where a reader looks for them."""

from __future__ import annotations

import random

import pytest

from orderlane.members.models import Member
from orderlane.tenants.alphabet import alphabetical, alphabetical_key

SORTED = ["Anse", "atelier", "Élan", "Épicerie", "Eté", "Île", "Noël", "Œuvre", "Ogre", "Straße", "Zoo"]


def test_lists_in_memory_are_sorted_as_people_look() -> None:
    assert sorted(random.Random(1).sample(SORTED, len(SORTED)), key=alphabetical_key) == SORTED


@pytest.mark.django_db
def test_rows_are_sorted_as_people_look() -> None:
    for number, name in enumerate(random.Random(2).sample(SORTED, len(SORTED))):
        Member.objects.create(email=f"{number}@example.com", name=name)
    by_bytes = Member.objects.order_by("name").values_list("name", flat=True)
    assert list(by_bytes) != SORTED, "the database alone compares bytes"
    assert list(Member.objects.order_by(alphabetical("name")).values_list("name", flat=True)) == SORTED
