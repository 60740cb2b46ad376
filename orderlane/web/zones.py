"""The time zone in which an organization reads its times: the one it chose, else its country's only one, else UTC."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from orderlane.tenants.models import Organization

UTC = "UTC"


def zone_of(organization: Organization) -> ZoneInfo:
    """The zone of an organization's pages and of the days it filters by."""
    chosen = organization.time_zone
    return ZoneInfo(chosen if chosen in known_zones() else usual_zone(organization.country))


@lru_cache(maxsize=512)
def usual_zone(country: str) -> str:
    """The only zone of a country (ISO 3166 alpha-2); UTC for a country that has several, or that nobody named."""
    zones = [zone for zone, place in get_global("zone_territories").items() if place == country]
    usual = [zone for zone in zones if zone not in _SAME_CLOCK and zone in known_zones()]
    return usual[0] if len(usual) == 1 else UTC


# Enclaves whose clocks never differ from their country's main zone since 1970.
_SAME_CLOCK = frozenset({"Europe/Busingen"})


@lru_cache(maxsize=1)
def known_zones() -> tuple[str, ...]:
    """The names of all zones in use, by place; the names of the past are left out."""
    return (UTC, *sorted(set(get_global("zone_territories")) & available_timezones()))
