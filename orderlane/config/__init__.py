"""Settings, urls, wiring of connectors, and the command line."""
