"""The WooCommerce connector: a retailer's store, and a supplier's store that takes purchase orders."""
