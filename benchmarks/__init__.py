"""Measures what the performance claims rest on: ``python -m benchmarks``."""
