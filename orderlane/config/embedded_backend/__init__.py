"""Django's PostgreSQL engine over Orderlane's private cluster, which it starts on the first connection."""
