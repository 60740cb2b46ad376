"""Every inbound webhook, stored once, before it is understood."""
