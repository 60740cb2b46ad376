"""Suppliers, how each takes orders, where each is paid, their relation to retailers."""
