# The two commands: `make serve` and `make test`. Each makes what it needs in .venv, from requirements.lock.

PYTHON ?= $(shell scripts/python)
HOST ?= 127.0.0.1
PORT ?= 8000
BIN = .venv/bin
READY = .venv/.ready

.PHONY: serve test check lock clean

serve: $(READY)
	$(BIN)/accordgraph build
	$(BIN)/accordgraph validate
	$(BIN)/accordgraph serve --host $(HOST) --port $(PORT)

test: $(READY)
	$(BIN)/pytest

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
