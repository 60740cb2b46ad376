"""Forms: what a person may send, checked before any action runs."""
