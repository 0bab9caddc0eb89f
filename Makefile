# One line per command; `make help` lists them. Everything that a run writes lies under var/ (or NNSC_HOME).
.DEFAULT_GOAL := help
PY := .venv/bin/python
# Tests run in as many processes as two cores carry; WORKERS=0 runs them in one.
WORKERS := 2
NNSC := .venv/bin/nnsc
# What Python compiled is kept, also where the shell forbids that: else every process compiles all libraries anew,
# half a minute of a processor each.
unexport PYTHONDONTWRITEBYTECODE
# A worker that ends by itself is a failure, and no other one begins its tests again.
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist loadfile --max-worker-restart 0

.PHONY: help setup demo test test-full up down lint bench

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: ## Prepare .venv (a second call is instant)
	@tools/setup.sh

demo: setup ## Simulated agencies through a real Airflow to the marts, with a summary
	@$(NNSC) demo

# One thread a process, for there are as many processes as cores; files in their own order, the small ones last.
test: setup ## The tests that every change has to pass (<= 10 minutes)
	@NNSC_THREADS=1 $(PYTEST) --no-loadscope-reorder -m "not slow"

# One process more than cores: many of these wait for Airflow. The longest files first (tests/support/order.py).
test-full: WORKERS = 3
test-full: setup ## The long ones: many seeds, kills at every step, properties (<= 45 minutes)
	@NNSC_THREADS=1 $(PYTEST) --no-loadscope-reorder --durations 15 -m slow

up: setup ## Airflow on http://127.0.0.1:8080 with everything in place
	@$(NNSC) up

down: ## End what `make up` started
	@test -x $(NNSC) && $(NNSC) down || echo "nothing to end: no environment yet"

lint: setup ## ruff, sqlfmt, import-linter, mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@test ! -d dbt || $(PY) -m sqlfmt --check --quiet dbt
	@.venv/bin/lint-imports
	@$(PY) -m mypy src

bench: setup ## Measure what has a budget (about 15 minutes, 12 GB of disk)
	@$(PY) benchmarks/big_file.py
	@$(PY) benchmarks/many_small.py
	@$(PY) benchmarks/dag_parse.py
