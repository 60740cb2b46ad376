"""How the tracking pages of a retailer's customers look."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.kernel.colors import READABLE, contrast, is_color
from orderlane.shipping.errors import ColorsUnreadable
from orderlane.shipping.models import TrackingPageSettings


def save_tracking_page(
    retailer_id: UUID,
    *,
    shown_name: str,
    color: str,
    text_color: str,
    contact_email: str,
    logo: bytes | None,
    now: datetime,
) -> None:
    """Save it for all of the retailer's orders; ``logo`` is a PNG, empty for none, None to leave it as it is.

    Raises ColorsUnreadable when the text could not be read on the color.
    """
    if not (is_color(color) and is_color(text_color)) or contrast(color, text_color) < READABLE:
        raise ColorsUnreadable("the text cannot be read on this color")
    wanted = {"shown_name": shown_name, "color": color, "text_color": text_color, "contact_email": contact_email}
    if logo is not None:
        wanted["logo"] = logo  # type: ignore[assignment]  # the others are text
    settings, _ = TrackingPageSettings.objects.update_or_create(retailer_id=retailer_id, defaults=wanted)
    record("tracking_page.saved", settings, now=now, new=color)
