# For developers: each target sets up what it needs. `make` alone prints the list.
PYTHON ?= python3
ENV := .venv-dev/bin
UV = $(or $(wildcard $(ENV)/uv),uv)
UPGRADE ?=
TODAY := $(shell date -u +%Y-%m-%d)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help setup check test bench long live-check docs-screens figures lock clean

help: ## Print this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: ## Set up .venv-dev where it is missing or out of date
	@$(PYTHON) run.py setup-dev

check: setup ## Linter, format, types, import contracts and the rules of the tree
	$(ENV)/ruff check .
	$(ENV)/ruff format --check --exclude '*.md' .
	$(ENV)/mypy
	$(ENV)/mypy run.py launch benchmarks docs/figures.py docs/live_check.py docs/live_archives.py
	$(ENV)/lint-imports
	$(ENV)/python -m pytest -q tests/project/test_rules.py tests/project/test_locks.py

test: ## The fast tests, as `python run.py test`
	@$(PYTHON) run.py test

bench: setup ## Time the heavy paths beside plain code; SAVE=1 keeps the figures
	$(ENV)/python -m benchmarks $(if $(SAVE),--save)

long: setup ## The tests that take minutes; their output goes to docs/long/
	@mkdir -p docs/long
	$(ENV)/python -m pytest --no-header -m long --timeout 3600 --durations 0 > docs/long/$(TODAY).txt; \
		status=$$?; tail -n 40 docs/long/$(TODAY).txt; \
		if [ $$status = 5 ]; then echo "No test is marked long yet."; rm docs/long/$(TODAY).txt; status=0; fi; exit $$status

live-check: setup ## Fetch five images from each real host and note the outcome in docs/live-checks.md (needs the network)
	$(ENV)/python docs/live_check.py

docs-screens: setup ## Take the screenshots of the documentation again (needs Chromium)
	$(ENV)/python docs/screens.py

figures: setup ## Write the README's measured figures again from the released cards
	$(ENV)/python docs/figures.py

lock: setup ## Write requirements/*.lock again; UPGRADE=--upgrade takes newer versions
	$(COMPILE) requirements/tools.in -o requirements/tools.lock
	$(COMPILE) pyproject.toml requirements/build.in -o requirements/serve.lock
	$(COMPILE) --extra dev pyproject.toml requirements/build.in -o requirements/dev.lock

clean: ## Remove caches and build folders; the environments stay
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +
