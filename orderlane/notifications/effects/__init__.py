"""Conversations with the mail server."""
