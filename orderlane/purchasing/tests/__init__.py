"""Tests of the purchasing room."""
