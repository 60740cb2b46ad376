"""One suite per port, run on every connector in every direction, against the shipped simulators."""
