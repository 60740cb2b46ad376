"""The exceptions desk and figures: reads across the domain, owns no money."""
