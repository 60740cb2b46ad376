"""Pure Python that every room may use: money, addresses, the clock, ids and base errors."""
