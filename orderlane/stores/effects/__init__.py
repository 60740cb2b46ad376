"""One call to the outside per file: claim, call, record; never inside a transaction."""
