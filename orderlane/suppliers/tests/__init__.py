"""Tests of the suppliers room."""
