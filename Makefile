# Everything a developer does, by name. `make` lists it.
# SUCHARIT_PORT (8000) moves every port, so two checkouts run side by side.

MAKEFLAGS += --no-print-directory
# A process that starts does not compile again what another has compiled.
unexport PYTHONDONTWRITEBYTECODE
BROKER := /usr/lib/rabbitmq/bin/rabbitmq-server
# Laksaman, and the one behind it that is installed last: all come together.
FONT := /usr/share/fonts/truetype/tlwg/Laksaman.ttf /usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf
CLOCK := /usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1
INSTALLED := .venv/.installed
MUTATING := .local/mutating
BIN := .venv/bin
# Interrupts tests that hang in spite of tests/alarm.py; `tools.suite` has a bound of its own.
BOUND := timeout --foreground --signal=INT --kill-after=120
OURS := contracts chassis edge clients collecting services gateway tools tests

.DEFAULT_GOAL := help
.PHONY: help up run down status logs parked reconcile test faults drawn quick bench bench-slips bench-sign-ins bench-drafts peak mutants lint types fmt flows pins rotate-key clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(BROKER) $(FONT) $(INSTALLED) ## Install what is missing and start everything; safe to repeat
	@$(BIN)/python -m tools.stack up

run: up ## Import the registry, open a round, file one province's reports [REGISTRY=path]
	@$(BIN)/python -m tools.run $(if $(REGISTRY),"$(REGISTRY)")

down: ## Stop exactly what `make up` started
	@[ ! -S .local/supervisor.sock ] || $(BIN)/python -m tools.stack down

status: $(INSTALLED) ## Say what runs and what is ready
	@$(BIN)/python -m tools.stack status

logs: $(INSTALLED) ## Follow the logs of every program
	@$(BIN)/python -m tools.stack logs

parked: $(INSTALLED) ## Show what is parked; `python -m tools.parked` reads and replays it
	@$(BIN)/python -m tools.parked list

reconcile: $(INSTALLED) ## Show for each round whether receipts, events and counted filings agree; exit 1 if not [ARGS=--takeover]
	@$(BIN)/python -m tools.reconcile $(ARGS)

test: $(BROKER) $(FONT) $(CLOCK) $(INSTALLED) ## Run every test on brokers and databases of its own [ARGS="-k word"]
	@$(if $(ARGS),$(BOUND) 60m) $(BIN)/python -m $(if $(ARGS),pytest $(ARGS),tools.suite)

faults: $(BROKER) $(FONT) $(CLOCK) $(INSTALLED) ## Kill, freeze and stop everything while filings come in, in full: half an hour [ARGS="-k word"]
	@rm -f .local/out/faults.jsonl
	@SUCHARIT_TESTS=long $(BOUND) 120m $(BIN)/python -m pytest -vv tests/faults $(ARGS); passed=$$?; \
		$(BIN)/python -m tools.fault_figures && exit $$passed

drawn: $(BROKER) $(FONT) $(INSTALLED) ## Run the tests that draw their examples, with all of these [ARGS="-k word"]
	@SUCHARIT_TESTS=long $(BOUND) 60m $(BIN)/python -m pytest -m hypothesis $(ARGS)

quick: $(FONT) $(INSTALLED) ## Run the tests that need neither, in seconds
	@$(BOUND) 20m $(BIN)/python -m pytest tests/unit tests/contracts tests/architecture $(ARGS)

mutants: $(BROKER) $(FONT) $(MUTATING)/.installed ## Change a room in one place at a time and see whether its tests notice [ROOM=path ARGS="--samples 20"]
	@PYTHONPATH=$(MUTATING) $(BIN)/python -m tools.mutants "$(ROOM)" $(ARGS)

bench: $(BROKER) $(FONT) $(INSTALLED) ## Compare filing with the ordinary nameko way and a plain insert [ARGS="--repeats 5"]
	@$(BIN)/python -m tools.bench $(if $(REGISTRY),"$(REGISTRY)") $(ARGS)

bench-slips: $(FONT) $(INSTALLED) ## Print the slips of a whole country by district, and measure
	@$(BIN)/python -m tools.bench_slips

bench-sign-ins: $(INSTALLED) ## Measure on the running stack whether 60 sign-ins hold up others
	@$(BIN)/python -m tools.bench_sign_ins

bench-drafts: $(INSTALLED) ## Measure how long fifty officers wait for their drafts to be saved
	@$(BIN)/python -m tools.bench_drafts

peak: $(BROKER) $(FONT) $(INSTALLED) ## Have the whole country file at once, on a throwaway stack [ARGS="--shapes closed"]
	@$(BIN)/python -m tools.peak $(if $(REGISTRY),"$(REGISTRY)") $(ARGS)

lint: $(INSTALLED) types ## Check style, types, imports between rooms and spelling
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports
	@$(BIN)/codespell $(OURS) $(wildcard docs *.md)

types: $(INSTALLED) ## Check types alone
	@$(BIN)/mypy

fmt: $(INSTALLED) ## Format the code and mend what can be mended
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

flows: $(INSTALLED) ## Draw docs/flows.md anew from the heads of the services
	@$(BIN)/python -m tools.flows

pins: $(INSTALLED) ## Pin the newest versions the requirements allow
	@for name in run dev mutants; do \
		$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url \
			--python-version 3.11 requirements/$$name.in -o requirements/$$name.txt || exit; \
	done

rotate-key: $(INSTALLED) ## Sign receipts with a new key from now on; old receipts stay valid
	@$(BIN)/python -m tools.rotate_key

clean: down ## Stop, then delete data, logs, local keys and caches
	@rm -rf .local .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find $(OURS) -name __pycache__ -prune -exec rm -rf {} +

$(BROKER):
	@tools/install.sh broker

$(FONT) &:
	@tools/install.sh fonts

$(CLOCK):
	@tools/install.sh clock

$(BIN)/python:
	@tools/install.sh venv

$(INSTALLED): requirements/uv.txt requirements/dev.txt | $(BIN)/python
	@echo "Installing the pinned Python packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements/dev.txt
	@touch $@

$(MUTATING)/.installed: requirements/mutants.txt $(INSTALLED)
	@$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python --target $(MUTATING) -r requirements/mutants.txt
	@touch $@
