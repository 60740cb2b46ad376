"""The outside world: one folder per platform, provider or source. Knows kernel and ports, never Django."""
