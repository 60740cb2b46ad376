"""A wire-level simulator of Shopify stores, used both as retailers' and as suppliers' stores."""
