"""Connected stores, their credentials, subscriptions and sync cursors."""
