"""A simulated Stripe: Checkout Sessions with their hosted page, intents, charges, refunds, events, webhooks."""
