"""Shipments and tracking numbers; fulfillments written back to stores."""
