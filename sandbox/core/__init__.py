"""The frame every simulator stands on: journal, faults, webhooks, clock, pages."""
