"""The only writers of the inbox."""
