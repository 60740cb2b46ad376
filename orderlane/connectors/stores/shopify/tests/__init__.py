"""Tests of the Shopify connector: contract, mapping, wire."""
