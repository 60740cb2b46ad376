.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := $(wildcard orderlane sandbox tests benchmarks conftest.py)
# xdist starts one process per core; each has a database of its own.
JOBS ?= auto

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(READY) ## Live the whole story: Orderlane beside simulated stores and payment providers
	@$(BIN)/orderlane demo

run: $(READY) ## Run the product itself: database, worker and web server
	@$(BIN)/orderlane up

test: $(READY) ## Run every test, on a real PostgreSQL and in a real browser
	@bin/need-chromium
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(TESTS)

check: $(READY) ## Everything a machine can see without running the product, in under a minute
	@PATH="$(CURDIR)/$(BIN):$$PATH" bin/check $(CODE)

bench: $(READY) ## Measure what the performance claims rest on
	@$(BIN)/python -m benchmarks

format: $(READY) ## Put the code into the common form
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

messages: $(READY) ## Bring both languages' catalogues in line with the pages
	@$(BIN)/python -m orderlane.config.catalogs

$(READY): requirements.lock bin/bootstrap
	@bin/bootstrap $(VENV)
	@touch $@

.PHONY: help demo run test check bench format messages
