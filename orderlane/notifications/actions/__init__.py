"""One verb per file, one transaction each: the only writers of the notifications room."""
