# The targets create their own environment. Requirements: make, and Python 3.11 or newer with venv.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
INSTALLED := $(VENV)/installed
RUN := $(VENV)/bin
BASE_IMAGE ?= python:3.12-slim
STAGE ?= dev
QUOTAS ?= check
# CDK CLI that matches the version of aws-cdk-lib, run with the Node of the Python environment.
CDK := PATH="$(abspath $(RUN)):$$PATH" $(RUN)/npx --yes aws-cdk@2.1148.1
CONTEXTS ?=
COMMAND ?= diff
N ?= 200
SIDE_BY_SIDE := -n auto --no-loadscope-reorder
CONTEXT = --context stage=$(STAGE) $(CONTEXTS)

.PHONY: help demo up test test-fast browser check audit mutants bench bench-full bench-files bench-quality bench-quality-peers fuzz format pins images e2e base-image quotas synth cdk bootstrap deploy destroy smoke

help:  ## show the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

demo: $(INSTALLED)  ## train and predict on the iris dataset, show the results, stop
	@$(RUN)/mini-ml demo

up: $(INSTALLED)  ## run the platform on this machine until Ctrl-C
	@$(RUN)/mini-ml up

test: $(INSTALLED)  ## run all tests in parallel
	@$(RUN)/python -m pytest $(SIDE_BY_SIDE) --durations=10

test-fast: $(INSTALLED)  ## run the tests that start no platform: unit, contract, functions
	@$(RUN)/python -m pytest $(SIDE_BY_SIDE) tests/unit tests/contract tests/functions

images:  ## build the images of the services with Docker
	@for service in api trainer predict; do docker build --quiet --build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg SERVICE=$$service --tag mini-ml-$$service:local . || exit; done

e2e: $(INSTALLED)  ## test the containers: images, Lambda events, Docker Compose
	@$(RUN)/python -m pytest tests/e2e

browser: $(INSTALLED)  ## test the reports in Chromium, which must be installed
	@$(RUN)/python -m pytest tests/browser

mutants: $(INSTALLED)  ## remove one mechanism at a time from a copy of the code, and check that a test fails
	@$(RUN)/python -m tests.mutants.run

check: $(INSTALLED)  ## check style, types and architecture
	$(RUN)/ruff format --check . && $(RUN)/ruff check . && $(RUN)/mypy && $(RUN)/lint-imports

audit: $(INSTALLED)  ## check the pinned packages for known vulnerabilities
	@.ci/audit

bench: $(INSTALLED)  ## run the benchmarks against plain scikit-learn and the original example service
	@$(RUN)/python -m bench

bench-full: $(INSTALLED)  ## run the benchmarks with a million rows, and against MLflow's scoring server too
	@$(RUN)/python -m bench --full

bench-files: $(INSTALLED)  ## compare what is read from polluted files here, by pandas and by DuckDB
	@$(RUN)/python -m bench.pollution

bench-quality: $(INSTALLED)  ## compare the models of `auto` with skrub's on real data, in ten minutes
	@$(RUN)/python -m bench.quality --minutes 9

bench-quality-peers: $(INSTALLED)  ## compare the models of `auto` with FLAML's and AutoGluon's on real data, in hours
	@$(RUN)/python -m bench.quality --peers

fuzz: $(INSTALLED)  ## test N random inputs per case: make fuzz N=500
	@$(RUN)/python -m pytest --fuzz $(N) tests/fuzz tests/functions/test_robust.py tests/functions/test_forms.py

format: $(INSTALLED)  ## fix style
	$(RUN)/ruff check --fix . && $(RUN)/ruff format .

pins: $(INSTALLED)  ## update requirements/*.txt after a change of pyproject.toml
	PATH="$(abspath $(RUN)):$$PATH" $(RUN)/python requirements/compile.py

base-image: $(INSTALLED)  ## look up the digest of BASE_IMAGE, and store it in cdk.json for all deployments
	@$(RUN)/python -m infra.base_image $(BASE_IMAGE)

quotas: $(INSTALLED)  ## check whether the quotas of the AWS account are enough for STAGE
	@$(RUN)/python -m infra.quotas $(CONTEXT)

synth: $(INSTALLED)  ## write the CloudFormation template of STAGE (dev, prod) into cdk.out, without an account
	@CDK_OUTDIR=cdk.out PATH="$(abspath $(RUN)):$$PATH" $(RUN)/python -m infra.app $(CONTEXT)

cdk: $(INSTALLED)  ## run a CDK command on STAGE: make cdk COMMAND=diff
	$(CDK) $(COMMAND) $(CONTEXT)

bootstrap: $(INSTALLED)  ## prepare the AWS account and region of your credentials for CDK (once)
	$(CDK) bootstrap $(CONTEXT)

deploy: $(INSTALLED) $(if $(filter skip,$(QUOTAS)),,quotas)  ## build the images and deploy STAGE to the AWS account of your credentials; see docs/runbook.md
	$(CDK) deploy $(CONTEXT) --require-approval broadening

destroy: $(INSTALLED)  ## remove STAGE from AWS; buckets and the seal key are kept
	$(CDK) destroy $(CONTEXT)
	@echo "The buckets mini-ml-$(STAGE)-* and the seal key are kept, with all models. docs/runbook.md lists everything that"
	@echo "remains, and says how to reuse it in the next deployment, or to delete it."

smoke: $(INSTALLED)  ## test the deployed STAGE, including what emulators do not cover
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
