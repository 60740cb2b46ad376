"""Orders and order lines as stores sent them."""
