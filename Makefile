# Every line below can be typed by hand. The first command prepares .venv; later ones reuse it.
PYTHON ?= python3
BIN := .venv/bin
# In two processes; which tests go to which, tests/distribution.py says.
PYTEST := $(BIN)/pytest -n 2
OURS := bench demo docs tests/conftest.py tests/distribution.py tests/once.py tests/golden.py tests/servers tests/end_to_end tests/corpus_runs tests/compat tests/test_packaging.py

.DEFAULT_GOAL := help
.PHONY: help install demo demo-up demo-down test test-all explore bench lint format generate lock screenshot clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' Makefile | expand -t 14

install: .venv/installed  ## make .venv with the locked versions and this project, editable

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirements requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch .venv/installed

demo: install  ## convert both examples and run them on Airflow, PostgreSQL and S3 on this machine
	$(BIN)/python -m demo

demo-up: install  ## the same, and Airflow stays up until Ctrl-C
	$(BIN)/python -m demo --keep-running

demo-down: install  ## stop a demo that runs in another terminal, or what a killed one left
	$(BIN)/python -m demo --stop

test: install  ## every test but the slow ones: many runs of the scheduler, other versions
	$(PYTEST) -m "not compat and not long"

test-all: install  ## every test, also many runs of the scheduler, Airflow 3.0 and 3.2, Python 3.12
	$(PYTEST)

explore: install  ## many random cases, other ones in every run; the first lines say how to repeat them
	DP_EXAMPLES=$${DP_EXAMPLES:-100000} $(BIN)/pytest --hypothesis-seed=$$(date +%s) \
		tests/converters/expressions tests/test_schedules_agree.py

# ROWS, REPEATS, PATHS, ONLY, JSON and WRITE, given after "make bench", are in its environment: see bench/__main__.py.
bench: install  ## speed and memory, beside Airflow's own operators and the limit of the machine
	$(BIN)/python -m bench.environment
	.venvs/bench/bin/python -m bench

lint: install  ## style, types and Airflow's own rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --select AIR --preview dags
	$(BIN)/mypy
	$(BIN)/mypy $(OURS)

format: install  ## let ruff rewrite the sources
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: install  ## write the golden DAGs and the generated pages anew; read the difference before you commit it
	$(BIN)/python -m tests.golden
	$(BIN)/python -m docs.generate

screenshot: install  ## take docs/images/trigger-form.png anew
	SCREENSHOTS=docs/images $(BIN)/pytest tests/end_to_end/test_browser.py

lock:  ## choose versions anew, for Python 3.11 and 3.12 on any system
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --all-extras --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean:  ## remove what the commands above made, but for .venv
	rm -rf .demo .venvs .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
