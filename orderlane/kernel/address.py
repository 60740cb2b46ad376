"""A postal address as plain text fields, kept exactly as the customer wrote it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes. ``country`` is an ISO 3166 alpha-2 code.

    ``region`` is the code of the state or province, for machines (``JP-26``); ``region_name`` its name, for people.
    """

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    region_name: str = ""

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Address:
        """Rebuild an address from :meth:`to_json`; unknown keys are ignored, missing ones are empty."""
        return cls(**{f.name: str(stored.get(f.name) or "") for f in fields(cls)})

    def to_json(self) -> dict[str, str]:
        """Return the address as plain text fields for storing and hashing."""
        return asdict(self)

    @property
    def place(self) -> Address:
        """The same address for comparing: what a region with a code is called does not change where a parcel goes."""
        return replace(self, region_name="") if self.region else self

    @property
    def shippable(self) -> bool:
        """Whether a parcel could be addressed at all: a name, a street, a city and a country."""
        return bool((self.name or self.company) and self.line1 and self.city and self.country)
