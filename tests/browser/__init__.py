"""The whole product in a real browser, beside the sandbox."""
