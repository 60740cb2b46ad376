"""Tests of the set-up: database, secrets, supervisor, command line."""
