# `make help` lists what can be done here.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check map sizes readme clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "kws needs Python 3.11 or later; name one with make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "setting up $(VENV) (about a minute, once)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv is missing: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(STAMP) ## record, build, train, squeeze, flash and measure a detector on the emulated board
	$(BIN)/kws run configs/demo.yaml

test: $(STAMP) ## all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-fast: $(STAMP) ## all tests but the slow ones
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not slow'

check: $(STAMP) ## lint, types, tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(MAKE) test

map: $(STAMP) ## the rooms, their sizes, and what each imports
	@$(BIN)/python tests/parts/house.py

sizes: $(STAMP) ## after make demo: code, data, stack and arena of each image, and the budget
	@$(BIN)/python .ci/sizes.py runs/demo

readme: $(STAMP) ## README's table of verbs, written from the commands
	@$(BIN)/python -m kws_data.cli.readme_table

clean: ## remove what runs produced, keep recordings
	rm -rf runs .kws build *.egg-info
