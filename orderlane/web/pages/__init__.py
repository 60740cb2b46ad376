"""What each page shows, as plain values that a view fills and a template reads."""
