# The one door. `make` alone prints every target.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON    ?= python3
VENV      ?= .venv
CATALOGUE ?= generated
DATA      ?=
READER    ?= table
MODELS    ?=
BUILD     ?= build
ARGS      ?=
WORKERS   ?= 2

BIN  := $(VENV)/bin
RUN  := $(VENV)/.ready-run
DEV  := $(VENV)/.ready-dev
PEERS := $(VENV)/.ready-peers
# The demo and the tools it is made of find the environment's own python first: Triton's Python backend looks for it in PATH.
export PATH := $(abspath $(BIN)):$(PATH)
ASSORTMENT := $(BIN)/assortment

.PHONY: help setup demo shop serve search catalogue train export engines engines-api index assemble check-repository test test-quick bench overload recipes bench-client faults bench-diversify load plan perf-report perf-analyzer model-analyzer cpu-sweep roofline peers sweep evaluate lint format clean clean-all

help: ## print this help
	@echo "Assortment: relevant and diverse e-commerce search on NVIDIA Triton"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Settings: CATALOGUE=generated|fashion|luma|icecat|grocery  DATA=<folder of the raw files>  BUILD=build  PYTHON=python3  ARGS='...'"
	@echo "For instance: make demo CATALOGUE=fashion DATA=~/fashion"

setup: $(DEV) ## make the virtual environment with everything for demo, tests and lint

demo: $(RUN) ## train, export, serve and search; then open build/demo/report.html
	$(ASSORTMENT) demo --catalogue $(CATALOGUE) $(if $(DATA),--data "$(DATA)") --build $(BUILD) $(ARGS)

shop: $(RUN) ## import DATA, train on it or take MODELS of another catalogue, index and serve: make shop CATALOGUE=mine DATA=shop.csv
	$(ASSORTMENT) shop $(CATALOGUE) $(if $(DATA),$(READER) "$(DATA)") $(if $(MODELS),--models-of $(MODELS)) --build $(BUILD) $(ARGS)

serve: $(RUN) ## serve the assembled catalogue on the real Triton, in the foreground
	$(ASSORTMENT) serve --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

search: $(RUN) ## ask a running server: make search ARGS='"blue shoes"'
	$(ASSORTMENT) search --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

catalogue: $(RUN) ## import the raw files in DATA, or generate the built-in catalogue, and freeze its test queries
	$(if $(DATA),$(ASSORTMENT) catalogue import $(CATALOGUE) "$(DATA)" --build $(BUILD),$(if $(filter generated,$(CATALOGUE)),$(ASSORTMENT) catalogue generate --build $(BUILD),\
	  @echo "CATALOGUE=$(CATALOGUE) needs DATA=<folder of the raw files>; without it only CATALOGUE=generated can be made" >&2; exit 1))
	$(ASSORTMENT) protocol --catalogue $(CATALOGUE) --build $(BUILD)

train: $(RUN) ## train encoders, fusion, intent and scorer
	$(ASSORTMENT) train --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

export: $(RUN) ## trained models to ONNX, checked against PyTorch
	$(ASSORTMENT) export --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

engines: $(RUN) ## what TensorRT would build, and the command that builds it on a GPU: make engines ARGS='--compute-capability 8.9'
	$(ASSORTMENT) export --tensorrt --dry-run --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

engines-api: $(DEV) ## check every call of TensorRT against the published bindings of versions 10 and 11
	TENSORRT_VERSIONS="10.16.1.11 11.4.0.106" $(BIN)/python -m pytest tests/export/tensorrt/test_published_api.py $(ARGS)

index: $(RUN) ## the catalogue index, by the exported models
	$(ASSORTMENT) index --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

assemble: $(RUN) ## the complete, hashed Triton model repository
	$(ASSORTMENT) assemble --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

check-repository: $(RUN) ## prove the assembled repository before it ships: make check-repository ARGS='--variant tensorrt'
	$(ASSORTMENT) repository check --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

test: $(DEV) ## all tests, the real Triton server among them; WORKERS=0 for one process
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

test-quick: $(DEV) ## the tests that need seconds
	$(BIN)/python -m pytest -m "not slow and not triton" $(ARGS)

bench: $(RUN) ## served against in-process, same models and cores: build/bench/summary.json
	$(BIN)/python -m perf.bench --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

overload: $(RUN) ## goodput and tail at half to five times capacity, open loop: build/overload/
	$(BIN)/python -m perf.overload --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

load: $(RUN) ## Locust users, arrivals that do not wait, objectives (ARGS='--objective p99_ms=50'): build/load/
	$(BIN)/python -m perf.load_test --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

plan: $(RUN) ## how many replicas a rate needs, simulated and tried with two (ARGS='--rate 500'): build/plan/
	$(BIN)/python -m perf.planner --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

perf-report: $(RUN) ## one page of what all performance tools found: build/perf_report/index.html
	$(BIN)/python -m perf.report --build $(BUILD)

recipes: $(RUN) ## size, speed and loss of every precision and pruning, and whether all ways answer alike: build/recipes/
	$(BIN)/python -m perf.recipes --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

bench-client: $(RUN) ## our client against raw tritonclient: time, throughput, memory, deadlines: build/client_bench/
	$(BIN)/python -m perf.client --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

faults: $(DEV) ## kill, drain, freeze, swap and overload two replicas under load: build/client_faults/
	$(BIN)/python -m pytest tests/client/faults $(ARGS)

bench-diversify: $(PEERS) ## every strategy against every peer, one thread: build/diversify_bench/
	$(BIN)/python -m perf.diversify --build $(BUILD) $(ARGS)

peers: $(PEERS) ## served, in process, FastAPI, PyTriton: latency, throughput, memory at three catalogue sizes: build/peers/
	$(BIN)/python -m perf.peers --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

sweep: $(RUN) ## what each way to diversify costs and brings, on the dev queries: build/CATALOGUE/sweep/
	$(ASSORTMENT) sweep --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

evaluate: $(RUN) ## ARGS=--pictures, --transfer, --new-products, --title-words or "--judged FILE": build/CATALOGUE/evaluation/; --report: build/CATALOGUE/ablation/
	$(ASSORTMENT) evaluate --catalogue $(BUILD)/$(CATALOGUE)/catalogue $(ARGS)

perf-analyzer: $(RUN) ## NVIDIA's perf_analyzer on the ensembles and each step, six minutes: build/perf_analyzer/
	$(BIN)/python -m perf.perf_analyzer --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

model-analyzer: $(RUN) ## configurations for NVIDIA's Model Analyzer, read by its own parser: build/model_analyzer/
	$(BIN)/python -m perf.model_analyzer --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

cpu-sweep: $(RUN) ## instances, threads and batch windows on the real server, five minutes: build/cpu_sweep/
	$(BIN)/python -m perf.cpu_sweep --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

roofline: $(RUN) ## on paper: work of each stage and its expected time on L4, A10 and H100: build/roofline/
	$(BIN)/python -m perf.roofline --catalogue $(CATALOGUE) --build $(BUILD) $(ARGS)

lint: $(DEV) ## ruff, mypy, pyright, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

format: $(DEV) ## let ruff tidy up
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything under build/
	rm -rf $(BUILD)

clean-all: clean ## remove build/ and the virtual environment
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Versions are pinned in constraints.txt; client and root are installed together, because pip would look for the client on an index.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e client

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' \
	  || { echo "Assortment needs Python 3.10 to 3.12; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=python3.11 or another."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }

$(RUN): $(BIN)/python pyproject.toml client/pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (about two minutes, PyTorch is large)"
	$(INSTALL) -e ".[export,serving,perf]"
	@touch $@

$(PEERS): $(RUN)
	$(INSTALL) -e ".[peers]"
	@touch $@

$(DEV): $(RUN)
	$(INSTALL) -e ".[dev]"
	@# Types of TensorRT 10. Without its dependency, TensorRT itself: gigabytes that only a GPU can use.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps tensorrt-stubs
	@touch $@
