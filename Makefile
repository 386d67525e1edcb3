# Two commands matter: `make demo` shows the main job, `make test` sets up and passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test check full soak bench clean

# Bytecode is written here: where the environment forbids Python to write it, each start would compile all modules.
setup: $(STAMP)
	@$(BIN)/python -m compileall -q src

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e ".[all]" --group dev
	touch $@

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: check
	$(BIN)/pytest -n 2

full: check
	$(BIN)/pytest -n 2 -m "not soak"

soak: setup
	$(BIN)/pytest -n 2 -m soak

# The demonstration needs only what a user installs.
$(BIN)/scrutineer: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python -m compileall -q src
	touch $@

demo: $(BIN)/scrutineer
	$(BIN)/python tools/demo.py

bench: setup
	$(BIN)/python tools/bench.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
