# Everything from a bare clone: needs Python 3.11 or newer, make, git, and nothing else.
# `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock

# What the caller's shell adds to Python's path would hide what the lock file says.
unexport PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help report test test-site notebooks data lab bench lock clean env

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

report: env data ## everything: environment, clean data, executed notebooks, the site
	@$(BIN)/python docs/build.py

test: env ## everything: environment, linters, unit tests, doctests, notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pytest -n auto --nbmake --doctest-glob='*.md' --ignore=tests/test_site.py \
		tests src README.md $(wildcard docs/*.md notebooks/*.ipynb)

test-site: report ## the built pages in a headless Chromium
	$(BIN)/pytest tests/test_site.py

notebooks: env data ## execute the notebooks and write their outputs into notebooks/
	@$(BIN)/python docs/execute.py --write

data: env ## rebuild data/clean from data/raw, proving every number
	@$(BIN)/python data/build.py

lab: env ## JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks

bench: env ## ratios against peers, side by side
	@$(BIN)/python benchmarks

lock: ## make the lock file again, from pyproject.toml
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet uv
	build/lock/bin/uv pip compile pyproject.toml --group build --group notebooks --group site \
		--group test --universal --python-version 3.11 --generate-hashes --upgrade \
		--only-binary :all: \
		--no-annotate --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --output-file $(LOCK)

clean: ## take away the environment and everything built
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env: $(VENV)/.installed ## the environment in .venv/, as the lock file says

$(VENV)/.locked: $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'traderank needs Python 3.11 or newer, and $(PYTHON) is not one.' >&2; \
		echo 'Remedy: name one, as in `make $(or $(MAKECMDGOALS),report) PYTHON=python3.12`.' >&2; \
		exit 1; }
	@echo 'Making the environment in $(VENV)/ (once; a minute or two)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --require-hashes --only-binary :all: --requirement $(LOCK)
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
