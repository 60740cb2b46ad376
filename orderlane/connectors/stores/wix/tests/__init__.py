"""Tests of the Wix connector."""
