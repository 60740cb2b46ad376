"""Views: parse the request, run one action or query, present."""
