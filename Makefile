# Every habit is one small command; CI runs the same ones.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
NODE_SERVER := tests/servers/oidc-provider
NODE_MODULES := $(NODE_SERVER)/node_modules/.package-lock.json
PIP := $(BIN)/pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help trust distrust run playground authserver test lint format bench photos screenshot clean machine

help:  ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.installed  ## Start the playground (PORT=8080, with TLS=1 8443) and the embedded server (AUTHSERVER_PORT=9443)
	@$(BIN)/python scripts/run.py

playground: .venv/.installed  ## Start only the playground
	@$(BIN)/python scripts/run.py playground

authserver: .venv/.installed  ## Start only the embedded server
	@$(BIN)/python scripts/run.py authserver

trust: .venv/.installed  ## Let this machine's browsers trust the local authority
	@$(BIN)/python scripts/trust.py

distrust: .venv/.installed  ## Take that back
	@$(BIN)/python scripts/trust.py --remove

test: machine .venv/.tools $(NODE_MODULES)  ## Run all tests, after installing what they need (TESTS=tests/test_wall.py for some)
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(TESTS)

lint: .venv/.tools  ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.tools  ## Put imports and lines in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: machine .venv/.tools  ## Measure whole flows beside other clients
	@$(BIN)/python -m bench

photos: .venv/.tools  ## Paint the pictures of the photo API again
	@$(BIN)/python scripts/photos/make_photos.py

screenshot: machine .venv/.tools  ## Take the README's picture again, in the tutorial's test
	@SCREENSHOTS=docs $(BIN)/python -m pytest --quiet tests/playground/test_tutorial.py -k whole

clean:  ## Remove what was installed and built, and the local data
	rm -rf .venv .local *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf $(NODE_SERVER)/node_modules

machine:
	@scripts/machine.sh tests

.venv/bin/pip:
	@scripts/machine.sh venv $(PYTHON)
	@$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing into .venv"
	@$(PIP) --editable .
	@touch $@

.venv/.tools: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing the tools into .venv"
	@$(PIP) --editable '.[test,photos]'
	@touch $@ .venv/.installed

$(NODE_MODULES): $(NODE_SERVER)/package-lock.json .venv/.tools
	@echo "Installing the Node modules"
	@$(BIN)/python scripts/npm.py ci --prefix $(NODE_SERVER) --ignore-scripts --no-audit --no-fund
	@touch $@
