"""Simulated BigCommerce stores: V2 and V3 REST, hooks, the install flow, pages for a person."""
