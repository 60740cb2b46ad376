"""From rows of the domain to what a page shows."""
