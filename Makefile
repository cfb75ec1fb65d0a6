# Leadbot. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# tests make thousands of small databases: in memory where there is such a folder
PYTEST := PYTEST_DEBUG_TEMPROOT=$(shell test -w /dev/shm && echo /dev/shm) $(BIN)/pytest
# twice as many as there are cores: a test at a browser or a killed process waits half of its time
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 2)

# Two copies may start at once from one checkout: one installs, the other waits.
define install
	@command -v flock >/dev/null && flock $(CURDIR)/.setup.lock $(MAKE) --no-print-directory $(1) || $(MAKE) --no-print-directory $(1)
endef

.PHONY: help setup run demo test test-fast check bench audit faults mutate e2e messages forms format clean _runtime _development

help:  ## list the commands
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup:  ## make the environment in .venv
	$(call install,_development)

run:  ## serve web and worker on http://localhost:8000
	$(call install,_runtime)
	@exec $(BIN)/python -m leadbot.serve

demo:  ## two companies, one of them two months at work, in ru, kk and en; prints the logins
	$(call install,_runtime)
	@$(BIN)/flask --app wsgi:app demo

test: setup check  ## all checks and tests
	$(PYTEST) -n $(WORKERS) --dist worksteal --durations=10 || { [ $$? = 1 ] && echo "A second chance for what failed, one after the other" && $(PYTEST) --last-failed; }

test-fast: setup  ## the tests that need no browser and kill nothing, on SQLite alone: two minutes
	@env -u TEST_DATABASE_URL -u TEST_REDIS_URL $(PYTEST) -n $(WORKERS) --dist worksteal --durations=10 -m "not browser and not faults and not slow and not long and not postgresql and not redis"

check: setup  ## format, lint, types, templates, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports

bench: setup  ## speed and memory, beside their goals; some of them: make bench ONLY="P1 P2"
	@$(MAKE) --no-print-directory .venv-peer/.ready || echo "NO FASTAPI SERVER TO COMPARE WITH: its rows will say so"
	$(BIN)/python -m benchmarks $(ONLY)

audit: setup  ## scanners read the code and attack a copy of its own: a quarter of an hour; some: make audit ONLY="semgrep sqlmap"
	@$(MAKE) --no-print-directory .venv-audit/.ready
	$(BIN)/python .ci/audit/run.py $(ONLY)

faults: setup  ## kills, full disks, lost servers at full size: half an hour; writes docs/faults.md
	PYTHONPATH=.:tests $(BIN)/python -m faults

mutate: .venv-mutate/.ready  ## do tests bite? hours for all of it, so: make mutate ONLY="leadbot.outbox*"
	PYTEST_DEBUG_TEMPROOT=$(shell test -w /dev/shm && echo /dev/shm) nice -n 10 .venv-mutate/bin/mutmut run --max-children 1 $(if $(ONLY),"$(ONLY)")
	@.venv-mutate/bin/mutmut results

e2e: setup  ## the browser tests alone
	$(BIN)/pytest -m browser

format: setup  ## format code and templates
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

.venv-mutate/.ready: requirements-dev.txt requirements.txt
	@$(PYTHON) -m venv .venv-mutate
	@.venv-mutate/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt mutmut==3.8.1
	@touch $@

.venv-peer/.ready: benchmarks/peer-requirements.txt
	@rm -rf .venv-peer
	@$(PYTHON) -m venv .venv-peer
	@.venv-peer/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Three environments: what these tools need of others can't be had in one.
.venv-audit/.ready: .ci/audit/static.txt .ci/audit/web.txt .ci/audit/api.txt
	@rm -rf .venv-audit
	@for tools in static web api; do $(PYTHON) -m venv .venv-audit/$$tools && .venv-audit/$$tools/bin/python -m pip install --quiet --disable-pip-version-check -r .ci/audit/$$tools.txt || exit 1; done
	@touch $@

_runtime: $(VENV)/.runtime ; @:
_development: $(VENV)/.development ; @:

$(VENV)/.runtime: requirements.txt
	@echo "Leadbot: installing what it needs, once"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Leadbot needs Python 3.11 or newer")'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements.txt $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
