"""Tests of the Ecwid connector."""
