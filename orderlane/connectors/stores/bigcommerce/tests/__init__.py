"""Tests of the BigCommerce connector."""
