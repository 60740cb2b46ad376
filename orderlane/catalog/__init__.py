"""Supplier products, listings, shipping profiles, VAT rules, matching."""
