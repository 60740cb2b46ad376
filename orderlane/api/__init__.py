"""REST v1 and the webhook addresses: schema in, action, schema out."""
