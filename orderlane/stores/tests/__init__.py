"""Tests of the stores room."""
