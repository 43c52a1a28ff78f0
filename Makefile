# Botswain's commands. Each one that needs the environment builds it first; a second run costs a blink.

PYTHON := $(firstword $(foreach name,python3 python3.11 python3.12 python3.13 python3.14,$(shell command -v $(name) 2>/dev/null)))
BIN := .venv/bin
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
UV = PATH="$(PATH):$(CURDIR)/.venv/bootstrap/bin"

# Hundreds of processes start in the tests and the demo: they share what Python has compiled.
unexport PYTHONDONTWRITEBYTECODE

# One test more than there are processors: many of them wait for browsers and clocks.
WORKERS := $(shell expr $$(nproc 2>/dev/null || echo 1) + 1)

# More arguments for the command behind a target: `make demo ARGS=--headless`, `make test ARGS=tests/unit`.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format features bench faults screenshots goldens translations lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what Botswain needs on this machine, and build .venv
	@test -n "$(PYTHON)" || { echo "setup: there is no python3 on the PATH; install Python 3.11 or newer." >&2; exit 1; }
	@"$(PYTHON)" packaging/provision.py

demo: setup ## Show Botswain at work: engine, two robots, a marketplace to work on
	@$(BIN)/botswain demo $(ARGS)

test: setup ## Run every test (ARGS=... narrows it)
	@QT_QPA_PLATFORM="$${QT_QPA_PLATFORM:-offscreen}" $(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not faults" $(ARGS)

lint: setup ## Check style, types and the fences between packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Rewrite the code as `make lint` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

features: setup ## Show which rows of docs/features.md have a test
	@QT_QPA_PLATFORM="$${QT_QPA_PLATFORM:-offscreen}" $(BIN)/pytest --features $(ARGS)

bench: setup ## Measure (tests/benchmarks); figures, not verdicts (ARGS=--quick)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

faults: setup ## Kill, cut, starve and flood the system (tests/faults)
	@QT_QPA_PLATFORM="$${QT_QPA_PLATFORM:-offscreen}" $(BIN)/pytest tests/faults -n 5 --maxschedchunk 1 $(ARGS)

screenshots: setup ## Take the pictures in docs/images anew, those of the running demo too
	@QT_QPA_PLATFORM=offscreen $(BIN)/python tests/console/screenshots.py docs/images
	@$(BIN)/python tests/console/demo_pictures.py docs/images

goldens: setup ## Take the pictures that the window is compared with anew (tests/console/goldens)
	@$(BIN)/python tests/console/golden_pictures.py --take

translations: setup ## Collect the window's texts for its translators, and compile what they wrote
	@$(BIN)/python packaging/translations.py $(ARGS)

lock: ## Write requirements/*.txt anew from pyproject.toml (ARGS=--upgrade for new versions)
	@$(UV) $(LOCK) $(ARGS) --extra console -o requirements/console.txt pyproject.toml
	@$(UV) $(LOCK) $(ARGS) --extra robot -o requirements/robot.txt pyproject.toml
	@$(UV) $(LOCK) $(ARGS) --extra console --extra robot --group dev -o requirements/dev.txt pyproject.toml
	@$(UV) $(LOCK) $(ARGS) -o requirements/uv.txt requirements/uv.in

clean: ## Remove the environment and everything that tools left behind
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find orchestrator robot resources tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
