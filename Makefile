# `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export COURSEHUB_STARTED_AT := $(shell date +%s)
# Bytecode that is not kept is made anew by every process: three seconds a start, minutes in the suite.
unexport PYTHONDONTWRITEBYTECODE
# Packages and browser parts are fetched side by side.
MAKEFLAGS += --jobs=2

# uv, where it is installed, does in seconds what pip does in a quarter of a minute; both check every hash. Python's own pip fills the
# environment from outside where it can: one with a pip inside takes four seconds more to make.
PIP_INSTALL := install --quiet --disable-pip-version-check --no-compile
PIP = $(shell if command -v uv >/dev/null 2>&1; then echo "uv pip install --quiet --python $(BIN)/python"; \
  elif $(PYTHON) -c "import pip; assert int(pip.__version__.split('.')[0]) > 22" 2>/dev/null; then \
  echo "$(PYTHON) -m pip --python $(BIN)/python $(PIP_INSTALL)"; else echo "$(BIN)/python -m pip $(PIP_INSTALL)"; fi)
# Choosing the files keeps pip busy longer than unpacking them, on one processor: two of them share a list.
define INSTALL
@awk -v half=$(VENV)/half- '/^[a-z0-9]/ { n++ } { print > (half n % 2 ".txt") }' $(1)
@$(PIP) --no-deps --require-hashes -r $(VENV)/half-0.txt & first=$$!; \
  $(PIP) --no-deps --require-hashes -r $(VENV)/half-1.txt; second=$$?; wait $$first && exit $$second
endef

.DEFAULT_GOAL := help
.PHONY: help run test check bench drill demo wheel lock browser-parts clean

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 16

run: $(VENV)/.run browser-parts ## start a lived-in platform at http://localhost:8000 (PORT, HOST)
	@$(BIN)/python -m coursehub.cli run

test: $(VENV)/.dev browser-parts ## the whole suite: SQLite, PostgreSQL, browser
	@$(BIN)/python tests/run.py

check: $(VENV)/.dev ## style, types, layers, templates, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/bandit -q -r coursehub -lll
	$(BIN)/python -m coursehub.translations check

bench: $(VENV)/.bench ## ratios against hand-written floors, in one run
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.money
	@$(BIN)/python -m bench.ledger --database sqlite
	@$(BIN)/python -m bench.ledger --database postgresql
	@$(BIN)/python -m bench.pool --database sqlite
	@$(BIN)/python -m bench.pool --database postgresql

drill: $(VENV)/.dev ## the slow rigs, long, on SQLite and then on PostgreSQL
	@COURSEHUB_DRILL=1 $(BIN)/python -m pytest tests -m slow
	@COURSEHUB_DRILL=1 COURSEHUB_TEST_DATABASE=postgresql $(BIN)/python -m pytest tests -m "slow and not browser and not once"

demo: $(VENV)/.run ## throw the demo away and build it anew
	@$(BIN)/python -m coursehub.cli demo --rebuild

wheel: $(VENV)/.dev ## build a wheel into dist/
	@$(BIN)/python -c "from coursehub.web.locale import compile_catalogues; compile_catalogues()"
	@$(BIN)/hatchling build -t wheel

lock: ## write the hashed lock files anew from pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group dev pyproject.toml -o requirements-dev.lock

# Browser comforts (live updates, video in every browser, a Chinese font for PDF): fetched where npm is, missed nowhere.
browser-parts:
	@if command -v npm >/dev/null 2>&1; then \
	  if [ ! -e coursehub/static/vendor/htmx.min.js ] || [ package-lock.json -nt coursehub/static/vendor/htmx.min.js ]; then \
	    npm ci --silent --no-audit --no-fund --ignore-scripts && mkdir -p coursehub/static/vendor && \
	    cp node_modules/htmx.org/dist/htmx.min.js node_modules/hls.js/dist/hls.light.min.js coursehub/static/vendor/ && \
	    touch coursehub/static/vendor/htmx.min.js || echo "The optional browser parts could not be fetched; everything works without them."; \
	  fi; \
	else echo "Node is not installed: pages work without live updates."; fi

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "coursehub needs Python 3.11 or newer."; exit 2; }
	@$(PYTHON) -m venv $(if $(filter $(BIN)/python,$(firstword $(PIP))),,--without-pip) $(VENV) || { echo "coursehub needs Python's venv module (on Debian: apt install python3-venv)."; exit 2; }

# A dev environment satisfies `make run` too, so whichever came last is enough.
$(VENV)/.run: requirements.lock $(VENV)/pyvenv.cfg
	@echo "Installing what coursehub runs on ..."
	$(call INSTALL,requirements.lock)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/pyvenv.cfg
	@echo "Installing what coursehub is tested with ..."
	$(call INSTALL,requirements-dev.lock)
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.dev
	@$(PIP) "django>=5.2" "django-hordak>=2.0" || echo "The ledger peer could not be installed; its rows will be missing."
	@touch $@

clean: ## remove what was made here (not the demo's data)
	rm -rf $(VENV) node_modules coursehub/static/vendor dist
