"""Ecwid by Lightspeed: a retailer's store, and a supplier's store that takes purchase orders."""
