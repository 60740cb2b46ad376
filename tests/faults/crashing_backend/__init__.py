"""PostgreSQL as Django speaks to it, with a boundary before and after every commit."""
