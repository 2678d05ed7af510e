# `make demo` runs the hub over a made-up population; `make test` passes the suite. Both install first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
export DO_NOT_TRACK := 1
# The system knows which certificates to trust, also behind a proxy of its own.
export UV_SYSTEM_CERTS := 1
# Every process of a run imports much: without bytecode it would compile all of that again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: bench-identity bench-serving bench-activation bench-landing demo live live-ci test dev check lock install clean bench-social

demo: install
	$(BIN)/tessera demo

# Four workers for two cores: runs wait for their own processes and for the disk now and then.
test: install
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# Rooms against real servers, which the scripts in ../shared/servers install and start; the last line counts.
live: install
	$(BIN)/python -m tests.live

# The same with those that are quick to have, as the gate runs it.
live-ci: install
	$(BIN)/python -m tests.live tryton dovecot legacy-sql wordpress bluesky prism

dev: install
	$(BIN)/tessera dev

# The landing zone against its peers, which get environments of their own; RECORDS=1000000 by default.
bench-landing: install
	$(BIN)/python -m benchmarks.landing.measure

# Lookups of a million profiles beside a no-op endpoint, builds, swaps under load; ~10 GB of disk.
bench-serving: install
	$(BIN)/python -m benchmarks.serving.measure

# Identity on public truth and on RECORDS=1000000 made-up ones, beside Splink in the same run.
bench-identity: install
	nice $(BIN)/python -m benchmarks.identity.measure

# Activation against Tryton and Odoo where they run, a troubled sandbox, and an open peer.
bench-activation: install
	$(BIN)/python -m benchmarks.activation.measure

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tessera dbt parse
	mkdir -p .tessera/check/warehouse
	TESSERA_HOME=$(CURDIR)/.tessera/check $(BIN)/sqlfluff lint dbt_project --disable-progress-bar --quiet

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode \
	  -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

# The lock names no registry: it holds versions and hashes, for every platform and Python from 3.11.
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --group dev pyproject.toml -o requirements.lock

# Planted truth, and the cost of a million interactions; the last line is JSON.
bench-social: install
	nice $(BIN)/python -m benchmarks.social.measure

clean:
	rm -rf $(VENV) .tessera

# Real people and accounts through the whole run, with and without the handles that the CRM declares.
bench-congress: install
	$(BIN)/python -m benchmarks.congress.measure
