"""Wix: stores of retailers, and stores of suppliers that take purchase orders."""
