"""From rows of the database to what a page shows; reads only, inside the visitor’s scope."""
