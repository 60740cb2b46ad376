"""Parcels of one site, as Wix takes them: written once, corrected, and never with a number it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from orderlane.connectors.parcels import require_pieces
from orderlane.connectors.reading import Node, node, nodes, text
from orderlane.connectors.stores.wix import ids, inputs, mapping
from orderlane.connectors.stores.wix.carriers import copies, same_numbers, tracking_input
from orderlane.connectors.stores.wix.client import TRACKING_EXISTS, WixRefused
from orderlane.connectors.stores.wix.reading import quantity
from orderlane.connectors.stores.wix.site import Site
from orderlane.kernel.errors import Declined, OutcomeUnknown
from orderlane.ports.stores import FulfillmentRequest, StoreFulfillment, Tracking

MODIFY: Final = "ECOM.MODIFY_FULFILLMENTS"


class ParcelSite(Site):
    """A site whose orders are given fulfillments."""

    def _record_parcel(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or its first 300 lines, after a look at what is left."""
        require_pieces(request)
        order_id = ids.checked(request.order_external_id)
        wanted = dict(list(request.quantities.items())[: inputs.MAX_PARCEL_LINES])
        parcel = {ids.part_of(order_id, line): count for line, count in wanted.items()}
        recorded = self._fulfillments(order_id)
        self._check_what_is_left(order_id, parcel, recorded)
        path = f"/ecom/v1/fulfillments/orders/{order_id}/create-fulfillment"
        copy = copies([node(one, "trackingInfo") for one in recorded], request.tracking) + 1
        try:
            answer = self._create_fulfillment(path, parcel, request.tracking, copy)
        except WixRefused as refusal:
            if refusal.code != TRACKING_EXISTS:
                raise
            # Either an earlier attempt arrived after all, or the number is on another order's parcel.
            arrived = self._recorded(order_id, parcel, request.tracking)
            if arrived is not None:
                return arrived
            answer = self._create_fulfillment(path, parcel, request.tracking, copy + 1)
        external_id = text(answer, "fulfillmentId").lower()
        if not external_id:
            raise OutcomeUnknown("the answer names no fulfillment", reason="no_clear_answer")
        return StoreFulfillment(ids.within_order(order_id, external_id), wanted, request.tracking)

    def _replace_tracking(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        order_id, fulfillment_id = ids.order_and_part(fulfillment_external_id)
        try:
            self._patch_tracking(order_id, fulfillment_id, tracking, copy=1)
        except WixRefused as refusal:
            if refusal.code != TRACKING_EXISTS:
                raise
            recorded = self._fulfillments(order_id)
            own = [one for one in recorded if text(one, "id").lower() == fulfillment_id]
            if any(same_numbers(node(one, "trackingInfo"), tracking) for one in own):
                return
            others = [node(one, "trackingInfo") for one in recorded if one not in own]
            self._patch_tracking(order_id, fulfillment_id, tracking, copy=max(1, copies(others, tracking)) + 1)

    def _patch_tracking(self, order_id: str, fulfillment_id: str, tracking: Tracking, *, copy: int) -> None:
        body = {"fulfillment": {"id": fulfillment_id, "trackingInfo": tracking_input(tracking, copy)}}
        path = f"/ecom/v1/fulfillments/{fulfillment_id}/orders/{order_id}"
        try:
            self._client.write("PATCH", path, body, needs=MODIFY)
        except Declined as gone:
            raise Declined("the fulfillment is gone", reason="tracking_refused") from gone

    def _create_fulfillment(self, path: str, parcel: Mapping[str, int], tracking: Tracking, copy: int) -> Node:
        body = inputs.fulfillment_input(parcel, tracking_input(tracking, copy))
        try:
            return self._client.write("POST", path, body, needs=MODIFY)
        except Declined as gone:
            raise Declined("the order is gone", reason="fulfillment_refused") from gone

    def _check_what_is_left(self, order_id: str, parcel: Mapping[str, int], recorded: Sequence[Node]) -> None:
        order = self._order(order_id)
        if order is None or text(order, "status") != "APPROVED":
            raise Declined("only an approved order can be fulfilled", reason="fulfillment_refused")
        left: dict[str, int] = {}
        for line in nodes(order, "lineItems"):
            left[text(line, "id")] = quantity(line, "quantity") - quantity(line, "refundQuantity")
        for found in recorded:
            for line_id, count in mapping.shipped_quantities(found).items():
                left[line_id] = left.get(line_id, 0) - count
        missing = sorted(line_id for line_id, count in parcel.items() if left.get(line_id, 0) < count)
        if missing:
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=missing)

    def _recorded(self, order_id: str, parcel: Mapping[str, int], tracking: Tracking) -> StoreFulfillment | None:
        """The fulfillment that is exactly this parcel, if Wix has it by now."""
        for found in self._fulfillments(order_id):
            if same_numbers(node(found, "trackingInfo"), tracking) and mapping.shipped_quantities(found) == parcel:
                return mapping.fulfillment_from(found, order_id)
        return None
