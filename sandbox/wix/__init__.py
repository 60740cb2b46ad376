"""A wire-level simulator of Wix sites, used both as retailers' and as suppliers' stores."""
