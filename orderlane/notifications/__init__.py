"""E-mails to members: who wants to hear of what, and every message from the intent to its end."""
