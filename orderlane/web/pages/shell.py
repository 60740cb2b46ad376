"""The frame around every signed-in page: whose desk this is, and where one can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of the side navigation."""

    url_name: str
    label: Text
    icon: str
    url: str = ""
    count: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A group of destinations; ``heading`` is empty for the first."""

    heading: Text
    destinations: Sequence[Destination]


@dataclass(frozen=True, slots=True)
class OrganizationChoice:
    """An organization the member belongs to."""

    id: str
    name: str
    kind: Text
    current: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything the frame shows."""

    organization: OrganizationChoice
    organizations: Sequence[OrganizationChoice]
    sections: Sequence[Section]
    member_name: str
    may_write: bool = True
    retailer: bool = True
    """Whether it is a retailer's desk; suppliers have other settings."""

    @property
    def attention_count(self) -> int:
        """How many things wait on the exceptions desk."""
        return sum(entry.count for section in self.sections for entry in section.destinations)


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands: which page of how many rows. ``number`` counts from 1."""

    number: int
    size: int
    total: int

    @property
    def first(self) -> int:
        """Number of the first row shown, 0 when there is none."""
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.number * self.size, self.total)

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.last < self.total else None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter or select."""

    value: str
    label: Text
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list, kept in the URL under ``name``."""

    name: str
    label: Text
    everything: Text
    choices: Sequence[Choice] = field(default_factory=tuple)

    @property
    def active(self) -> bool:
        """Whether it narrows the list."""
        return any(choice.selected for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Button:
    """Something a person can do about a row: a POST to ``url`` unless ``link``."""

    label: Text
    url: str
    icon: str = ""
    tone: str = ""
    link: bool = False
    external: bool = False
    confirm: Text = ""
    fields: Sequence[tuple[str, str]] = field(default_factory=tuple)
