# The two commands: `make serve` and `make test`. Each makes what it needs in .venv: from requirements-serve.lock,
# and for the tests from requirements.lock.
# `make test ARGS=tests/server` runs some tests; `make test-all` also runs those that take long.

PYTHON ?= $(shell scripts/python)
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
SERVABLE = .venv/.servable
READY = .venv/.ready

# The markers of tests that take long or need more than Python; pyproject.toml says what each is.
LONG = second_opinion or mutation or engines or fuzz or browser or exports
# One process more than there are cores, since many tests wait.
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST = $(BIN)/pytest --numprocesses $(PROCESSES) --dist loadfile
ARGS ?=

.PHONY: help serve test test-all check lock clean

# Say what there is to make.
help:
	@echo "make serve      build, validate, export and serve on http://$(HOST):$(PORT)/ (a minute the first time)"
	@echo "make test       run the tests; ARGS=tests/server runs some of them"
	@echo "make test-all   run the tests that take long too"
	@echo "make check      check format, lint, types and canonical form"
	@echo "make lock       resolve the dependencies anew"
	@echo "make clean      remove the build and the environment"

serve: $(SERVABLE)
	$(BIN)/accordgraph export
	$(BIN)/accordgraph serve --host $(HOST) --port $(PORT)

test: $(READY)
	$(PYTEST) -m "not ($(LONG) or clients)" $(ARGS)

test-all: test
	$(PYTEST) -m "($(LONG)) and not clients" $(ARGS)

check: $(READY)
	scripts/check

# The environment: nothing that is not in the lock, each file with the hash that the lock gives.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
$(SERVABLE): requirements-serve.lock pyproject.toml
	@scripts/environment "$(PYTHON)"
	@echo "installing what serving needs into .venv; this takes about half a minute"
	@$(INSTALL) --require-hashes --requirement requirements-serve.lock
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(READY): requirements.lock $(SERVABLE)
	@echo "installing what the tests need into .venv; this takes about a minute"
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@touch $@

# Resolve the dependencies anew, for every platform and Python that pyproject.toml allows.
lock: $(READY)
	scripts/lock

clean:
	rm -rf build dist .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
