"""Tests of the house itself: sizes, names, purity, state tables, catalogues."""
