"""WooCommerce shops: REST API v3, signed webhooks, and three ways of showing a parcel."""
