"""One suite per port, run on every connector that is wired, against the shipped simulators."""
