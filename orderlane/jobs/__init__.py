"""Background jobs: enqueue in the caller's transaction, retry, park, re-run."""
