# The verbs of the project. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup demo generate docs spec check test fuzz mock bench new update lock

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## make .venv and install the locked dependencies

.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kling-toolkit needs Python 3.11 or newer; say which: make PYTHON=python3.12")'
	@echo "installing the locked dependencies into .venv (about half a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/ready

demo: setup ## regenerate the client and make a video with it, offline
	@$(BIN)/kling-codegen | tail -n 1
	@$(BIN)/python -m kling_contract.demo

generate: setup ## write generated/ from spec/
	@$(BIN)/kling-codegen

docs: setup ## build the reference, the guides and the changelogs as a site, site/index.html
	@$(BIN)/python -m kling_site

spec: setup ## check the spec and print its size
	@$(BIN)/kling-spec lint
	@$(BIN)/kling-spec bundle | wc -c | awk '{print "bundle: " $$1 " bytes"}'

check: setup ## what CI runs: format, lint, types, spec, stale output, site, tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/mypy
	@$(BIN)/pyright
	@said=$$(PYTHONPATH=generated $(BIN)/pyright --pythonpath $(BIN)/python --verifytypes kling --ignoreexternal) || { echo "$$said"; exit 1; }
	@$(BIN)/kling-spec lint
	@$(BIN)/kling-codegen --check
	@$(BIN)/python -m kling_site
	@$(BIN)/python -m pytest -q -n 2 $(if $(K),-k "$(K)")

test: setup ## run the tests; K=name runs some
	@$(BIN)/python -m pytest -q -n 2 $(if $(K),-k "$(K)")

fuzz: setup ## run the generated tests for longer
	@HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -q -m generated

mock: setup ## serve the mock on loopback, port 8080
	@$(BIN)/kling-mock serve

bench: setup ## measure against other ways to do the same
	@$(BIN)/python -m benchmarks

new: setup ## start a family file: make new FAMILY=name
	@$(BIN)/kling-spec new "$(FAMILY)"

update: setup ## from a change of the reference to a regenerated client: make update PAGES=folder or FROM=url, APPLY=1
	@$(BIN)/python -m kling_codegen.update $(PAGES) $(if $(FROM),--from "$(FROM)") $(if $(APPLY),--apply) $(if $(SEEN),--seen $(SEEN))

lock: setup ## lock the dependencies anew
	@$(BIN)/python -m pip install --quiet uv
	@for one in dev mock; do $(BIN)/uv pip compile --quiet $(LOCK) --extra $$one pyproject.toml -o requirements/$$one.txt; done
	@$(BIN)/uv pip compile --quiet $(LOCK) pyproject.toml -o requirements/client.txt -c requirements/dev.txt
