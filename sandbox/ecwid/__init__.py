"""Simulates Ecwid by Lightspeed: REST API, install flow, webhooks, shop front and admin."""
