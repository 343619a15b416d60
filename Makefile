# The two commands: `make serve` and `make test`. Each makes what it needs in .venv, from requirements.lock.
# `make test ARGS=tests/server` runs some tests; `make test-all` also runs those that take long.

PYTHON ?= $(shell scripts/python)
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
READY = .venv/.ready

# The markers of tests that take long or need more than Python; pyproject.toml says what each is.
LONG = second_opinion or mutation or engines or fuzz or browser or exports
PYTEST = $(BIN)/pytest --numprocesses auto --dist loadfile
ARGS ?=

.PHONY: serve test test-all check lock clean

serve: $(READY)
	$(BIN)/accordgraph serve --host $(HOST) --port $(PORT)

test: $(READY)
	$(PYTEST) -m "not ($(LONG) or clients)" $(ARGS)

test-all: test
	$(PYTEST) -m "($(LONG)) and not clients" $(ARGS)

check: $(READY)
	scripts/check

# The environment: nothing that is not in the lock, each file with the hash that the lock gives.
$(READY): requirements.lock pyproject.toml
	@scripts/environment "$(PYTHON)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

# Resolve the dependencies anew, for every platform and Python that pyproject.toml allows.
lock: $(READY)
	scripts/lock

clean:
	rm -rf build dist .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
