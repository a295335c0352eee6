# The two commands that matter: `make run` and `make test`.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What comes as source only is built by the setuptools that are locked, not by what a registry has today.
INSTALL_BUILD := $(PIP) install --require-hashes -r requirements-build.lock
INSTALL := $(PIP) install --require-hashes --no-build-isolation --use-pep517
LOCAL := $(PIP) install --no-deps --no-build-isolation -e . -e ./firmware_sim

.PHONY: help run test campaigns mutants check format lock bench clean

help:
	@echo "make run    install into .venv and start simulator, core, broker and publisher with sample data"
	@echo "make test   install what the tests need (Debian packages included) and run them"
	@echo "make campaigns  kill the core, cut its power, break every simulated device, and judge what is left"
	@echo "make mutants  change policy and schedules in one place at a time, and count what the tests notice"
	@echo "make check  format, lint, strict types, import arrows, unused dependencies"
	@echo "make bench  measure, as ratios in one run"
	@echo "make lock   resolve the dependencies anew (needs uv)"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "keycabinet needs Python 3.11 to 3.13, and this is " + sys.version.split()[0]'
	@$(PYTHON) -m venv $(VENV) || { echo "this Python has no venv: sudo apt install python3-venv"; exit 1; }

$(VENV)/run.stamp: pyproject.toml firmware_sim/pyproject.toml requirements-build.lock requirements-sim.lock | $(VENV)/bin/python
	@echo "installing into $(VENV) ..."
	@$(INSTALL_BUILD)
	@$(INSTALL) -r requirements-sim.lock
	@$(LOCAL)
	@touch $@

$(VENV)/test.stamp: pyproject.toml firmware_sim/pyproject.toml requirements-build.lock requirements-dev.lock | $(VENV)/bin/python
	@echo "installing into $(VENV), with what the tests need ..."
	@$(INSTALL_BUILD)
	@$(INSTALL) -r requirements-dev.lock
	@$(LOCAL)
	@touch $@

run: $(VENV)/run.stamp
	@exec $(BIN)/keycabinet-sim demo

test: $(VENV)/test.stamp
	@tests/need-debian mosquitto faketime
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

mutants: $(VENV)/test.stamp
	@$(BIN)/python -m tests.campaigns.mutants

campaigns: $(VENV)/test.stamp
	@tests/need-debian mosquitto strace gcc libc6-dev
	@$(BIN)/python -m tests.campaigns $(PYTEST_ARGS)

check: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy systemd/coils_off.py
	$(BIN)/deptry .
	$(BIN)/python -m pytest -q tests/test_architecture.py

format: $(VENV)/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/test.stamp
	@$(BIN)/python -m tests.bench

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-package keycabinet --custom-compile-command "make lock"

lock:
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-sim.lock pyproject.toml firmware_sim/pyproject.toml
	$(COMPILE) --output-file requirements-dev.lock --extra dev pyproject.toml firmware_sim/pyproject.toml
	echo "setuptools>=77" | $(COMPILE) --output-file requirements-build.lock -

clean:
	rm -rf $(VENV) .run build *.egg-info firmware_sim/*.egg-info firmware_sim/build
