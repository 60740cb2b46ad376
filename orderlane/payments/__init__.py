"""Quote, payment, capture, ledger: money from retailer to supplier."""
