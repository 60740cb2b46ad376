"""Simulators of the outside; imports nothing of orderlane."""
