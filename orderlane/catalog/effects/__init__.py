"""One call to the outside or one long work per file: claim, go on, record; never inside one transaction."""
