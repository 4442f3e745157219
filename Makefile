# make study   sets everything up and runs the main study end to end, without containers; SCALE=full runs all of it
# make studies runs every study under specs/ in one go; results/index.html has their reports
# make test    sets everything up and passes the tests
# make test-fast   those that take seconds: three minutes on two cores, while you write
# make site    joins the documents and all finished reports into site/, a folder of static pages
# make docs    writes again all that is generated: catalog, schema, documentation
# make locks   writes down what every study claims at the scale of its paper, at which none has been run
# make lock-requirements    pins the wheels of the images again, after a change of pyproject.toml

PYTHON ?= python3.11
SPEC ?= specs/domain-generalization/rotated-digits.yaml
SCALE ?= small
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
# A study as it stands is at no scale, and its results lie in a folder `full`.
AT := $(if $(filter-out full,$(SCALE)),--scale $(SCALE))
# The sixth of the packages' modules that is imported is compiled then, and kept, whatever the environment says.
KEEP := PYTHONDONTWRITEBYTECODE=
SHELL := bash

.PHONY: study studies test test-fast lint docs site benchmarks locks lock-requirements

study: .venv/runtime
	$(KEEP) $(BIN)/heldout run $(SPEC) $(AT)

studies: .venv/runtime
	$(KEEP) $(BIN)/heldout run specs $(AT)

test: .venv/development
	$(KEEP) $(BIN)/python -m pytest -n 2 --dist worksteal

test-fast: .venv/development
	$(KEEP) $(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

lint: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/development
	$(BIN)/heldout catalog --update
	$(BIN)/heldout schema -o schema/study.schema.json
	$(BIN)/python -m heldout.compiler.documentation

# Without the images that were built here, which others do not have.
locks: .venv/development
	@for spec in $(filter-out specs/bases/%,$(wildcard specs/*/*.yaml)); do rm -f $${spec%.yaml}.lock.json; \
		HELDOUT_IMAGES=none $(BIN)/heldout lock $$spec --scale paper || exit; done

lock-requirements: .venv/development
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m heldout.compiler.images.lock_requirements

# The reports of results/ are copied first; the documents then link to them.
site: .venv/runtime .venv/site
	@rm -rf build/reports; \
	if ls results/*/*/report/index.html >/dev/null 2>&1; then \
		$(BIN)/heldout report --suite results --site build/reports; \
	else echo "results/ has no finished report: the site has the documents alone"; fi
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

benchmarks: .venv/development
	$(BIN)/python -m benchmarks

.venv/bin/python:
	$(PYTHON) -m venv .venv

# pip says little for a minute or two: what is large, and that it has begun to unpack, shows where it is.
.venv/runtime: pyproject.toml constraints.txt | .venv/bin/python
	@echo "setting up: fetching PyTorch and its company, a few minutes the first time"
	@set -o pipefail; PYTHONUNBUFFERED=1 $(PIP) --no-compile --editable '.[runtime]' | awk \
		'/[0-9] MB\)/ {print "  " $$2, $$3, $$4} /^Installing/ {print "  unpacking a hundred packages"} {fflush()}'
	@touch $@

.venv/site: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[site]'
	@touch $@

# Beside the environment, since Snakemake imports every plugin that it finds whenever it starts.
.venv/kubernetes: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --quiet --upgrade --target $@ snakemake-executor-plugin-kubernetes
	@touch $@

.venv/development: pyproject.toml constraints.txt .venv/kubernetes | .venv/bin/python
	@echo "setting up: PyTorch and its company, a minute or so the first time"
	$(PIP) --quiet --editable '.[runtime,development]'
	@touch $@ .venv/runtime
