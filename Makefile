# Everything below sets itself up: Python 3.11 or newer with venv, and make, are all that has to be there.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
INSTALLED := $(VENV)/installed
RUN := $(VENV)/bin
BASE_IMAGE ?= python:3.12-slim
STAGE ?= dev
# The CDK command line that reads what our CDK library writes, by the Node that comes with the Python environment.
CDK := PATH="$(abspath $(RUN)):$$PATH" $(RUN)/npx --yes aws-cdk@2.1148.1
CONTEXTS ?=
COMMAND ?= diff
N ?= 200
SIDE_BY_SIDE := -n auto --no-loadscope-reorder
CONTEXT = --context stage=$(STAGE) $(CONTEXTS)

.PHONY: help demo up test test-fast check audit mutants bench bench-full fuzz format pins images e2e synth cdk bootstrap deploy destroy smoke

help:  ## show the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

demo: $(INSTALLED)  ## train and predict on the iris flowers, show what happened, stop
	@$(RUN)/mini-ml demo

up: $(INSTALLED)  ## run the platform on this machine until Ctrl-C
	@$(RUN)/mini-ml up

test: $(INSTALLED)  ## run every test, on all CPUs
	@$(RUN)/python -m pytest $(SIDE_BY_SIDE) --durations=10

test-fast: $(INSTALLED)  ## run the tests that need no processes but their own: unit, contract, functions
	@$(RUN)/python -m pytest $(SIDE_BY_SIDE) tests/unit tests/contract tests/functions

images:  ## build the services' images with Docker
	@for service in api trainer predict; do docker build --quiet --build-arg BASE_IMAGE=$(BASE_IMAGE) --tag mini-ml-$$service:local --file functions/$$service/Dockerfile . || exit; done

e2e: $(INSTALLED)  ## test the containers: the images, Lambda's events, the compose story
	@$(RUN)/python -m pytest tests/e2e

mutants: $(INSTALLED)  ## take one mechanism after the other out of a copy, and see a test fail
	@$(RUN)/python -m tests.mutants.run

check: $(INSTALLED)  ## look at style, types and architecture
	$(RUN)/ruff format --check . && $(RUN)/ruff check . && $(RUN)/mypy && $(RUN)/lint-imports

audit: $(INSTALLED)  ## ask whether a pinned package has a known vulnerability
	@.ci/audit

bench: $(INSTALLED)  ## measure the embedded cloud, in ratios to bare scikit-learn and to the seed's recipe
	@$(RUN)/python -m bench

bench-full: $(INSTALLED)  ## the same on a million rows, and beside MLflow's scoring server too
	@$(RUN)/python -m bench --full

fuzz: $(INSTALLED)  ## try many new inputs of every kind: make fuzz N=500
	@$(RUN)/python -m pytest --fuzz $(N) tests/fuzz tests/functions/test_robust.py tests/functions/test_forms.py

format: $(INSTALLED)  ## repair style
	$(RUN)/ruff check --fix . && $(RUN)/ruff format .

pins: $(INSTALLED)  ## pin requirements/*.txt after pyproject.toml has changed
	PATH="$(abspath $(RUN)):$$PATH" $(RUN)/python requirements/compile.py

synth: $(INSTALLED)  ## write the CloudFormation template of STAGE (dev, prod) into cdk.out, without an account
	@CDK_OUTDIR=cdk.out CDK_CONTEXT_JSON='{"stage": "$(STAGE)"}' PATH="$(abspath $(RUN)):$$PATH" $(RUN)/python -m infra.app

cdk: $(INSTALLED)  ## run a command of CDK's on STAGE: make cdk COMMAND=diff
	$(CDK) $(COMMAND) $(CONTEXT)

bootstrap: $(INSTALLED)  ## prepare the AWS account and region of your credentials for CDK, once
	$(CDK) bootstrap $(CONTEXT)

deploy: $(INSTALLED)  ## build the images and deploy STAGE to the AWS account of your credentials; see docs/runbook.md
	$(CDK) deploy $(CONTEXT) --require-approval broadening

destroy: $(INSTALLED)  ## remove STAGE from AWS, but for buckets and key
	$(CDK) destroy $(CONTEXT)
	@echo "The buckets mini-ml-$(STAGE)-* and the key of the seal are kept, with all models in them. docs/runbook.md says"
	@echo "how the next deployment adopts them, and how to purge them."

smoke: $(INSTALLED)  ## tell the demo's story against the deployed STAGE, and check what no emulator shows
	$(RUN)/python -m tests.smoke.run $(STAGE)

$(INSTALLED): requirements/dev.txt pyproject.toml
	$(if $(PYTHON),,$(error Python 3.11 or newer with venv is needed (on Debian: apt-get install python3-venv). Name one with: make PYTHON=/path/to/python3))
	@echo "Setting up $(VENV) with $(PYTHON) ..."
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements/dev.txt > $(VENV)/uv.txt
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(RUN)/uv pip install --quiet --python $(RUN)/python --compile-bytecode --require-hashes -r requirements/dev.txt
	@$(RUN)/uv pip install --quiet --python $(RUN)/python --no-deps --no-build-isolation --editable .
	@touch $@
