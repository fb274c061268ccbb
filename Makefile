# For people: `make demo` and `make test`. Both need Python >= 3.11 and make, nothing else.

PACKAGES := deid_core deid_core_archives deid_core_audit deid_core_dask deid_core_dicom deid_core_executors deid_core_fileset deid_core_importers deid_core_profiles deid_core_pseudonyms deid_core_record deid_core_screening deid_core_streams
CAN_BUILD := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c '$(CAN_BUILD)' 2>/dev/null && { echo $$python; break; }; done)

IMPORT_ALL := import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]

BIN := .venv/bin
LOWEST_BIN := .venv-lowest/bin
BENCH_BIN := .venv-bench/bin
FUZZ_BIN := .venv-fuzz/bin
FUZZ := -max_total_time=60
FUZZ_TARGETS := files streams recipes
PIP_FLAGS := --quiet --disable-pip-version-check --no-input
LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	--fork-strategy fewest --no-emit-index-url --no-header

PYTEST_FLAGS := -n auto --dist loadfile
# What may depend on how old a dependency is.
LOWEST := $(addprefix tests/,cli dicom host importers keys pseudonyms recipe record screening structure) $(wildcard tests/test_*.py)

# Tests write thousands of small files: to memory, where there is room, since a disk makes each wait.
ROOM := test -w /dev/shm && test $$(df -Pk /dev/shm | tail -1 | tr -s ' ' | cut -d ' ' -f 4) -gt 4000000
IN_SCRATCH := scratch=$$(if $(ROOM); then mktemp -d /dev/shm/t.XXXXXX; else mktemp -d; fi) \
	&& trap 'rm -rf "$$scratch"' EXIT && TMPDIR=$$scratch
BENCH_LOCKS := $(basename $(notdir $(wildcard benchmarks/requirements/*.in)))

export NO_MKDOCS_2_WARNING := 1
export DISABLE_MKDOCS_2_WARNING := true

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

.PHONY: help
help: ## say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: demo
demo: .venv/.run ## de-identify the bundled images and show, side by side, what is left
	@$(BIN)/python -m deid_core.cli.demo

.PHONY: test
test: lint types coverage test-many docs package test-lowest ## everything that CI checks
	@echo "All checks passed."

.PHONY: lint
lint: .venv/.dev ## style, format and import contracts
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/lint-imports --no-logo

.PHONY: types
types: .venv/.dev ## mypy --strict
	$(BIN)/python -m mypy

.PHONY: coverage
coverage: .venv/.dev ## the tests by which branch coverage is measured
	$(BIN)/python -m coverage erase
	$(IN_SCRATCH) $(BIN)/python -m coverage run -m pytest -m "not many and not exhaustive" $(PYTEST_FLAGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

.PHONY: test-many
test-many: .venv/.dev ## the tests that ask much of code that others reach
	$(IN_SCRATCH) $(BIN)/python -m pytest -m "many and not exhaustive" $(PYTEST_FLAGS)

.PHONY: docs
docs: .venv/.dev ## build the documentation into site/
	$(BIN)/python -m mkdocs build --strict

.PHONY: package
package: .venv/.dev ## build sdist and wheel into dist/, look at what they hold, and install the wheel
	rm -rf dist build/checkout build/clean && mkdir -p build
	$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	$(BIN)/python -m build --no-isolation --wheel --outdir build/checkout . >/dev/null
	$(BIN)/python scripts/same_files.py dist/*.whl build/checkout/*.whl
	@$(BIN)/python -m zipfile -l dist/*.whl >build/wheel.txt
	@tar -tzf dist/*.tar.gz >build/sdist.txt
	@for package in $(PACKAGES); do for marker in __init__.py py.typed; do \
		grep -q "^$$package/$$marker " build/wheel.txt && grep -q "/$$package/$$marker$$" build/sdist.txt \
			|| { echo "$$package/$$marker is missing from the wheel or the sdist" >&2; exit 1; }; \
	done; done
	$(PYTHON) -m venv --without-pip build/clean
	@$(BIN)/python -m pip --python build/clean/bin/python install $(PIP_FLAGS) --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip --python build/clean/bin/python install $(PIP_FLAGS) --no-deps dist/*.whl
	cd build && clean/bin/deid-core --version && clean/bin/deid-core --help >/dev/null \
		&& clean/bin/deid-core plugins --json >/dev/null
	@ls dist/*.whl dist/*.tar.gz

.PHONY: test-lowest
test-lowest: .venv-lowest/.test package ## the quick tests, on the wheel and the lowest dependencies
	$(LOWEST_BIN)/python -m pip install $(PIP_FLAGS) --no-deps --force-reinstall dist/*.whl
	cd dist && ../$(LOWEST_BIN)/python -c "$(IMPORT_ALL)" $(PACKAGES)
	$(IN_SCRATCH) $(LOWEST_BIN)/pytest -m "not slow and not exhaustive and not many" $(PYTEST_FLAGS) \
		-p no:cacheprovider $(LOWEST)

.PHONY: test-exhaustive
test-exhaustive: .venv/.dev ## what `make test` asks of some files, of all of them and with each option
	$(IN_SCRATCH) $(BIN)/python -m pytest -m exhaustive $(PYTEST_FLAGS)

.PHONY: format
format: .venv/.dev ## format the code and mend what ruff can
	$(BIN)/python -m ruff check --fix-only .
	$(BIN)/python -m ruff format .

.PHONY: fuzz
fuzz: .venv-fuzz/.fuzz ## feed it bytes that nobody wrote, for a minute each; FUZZ='-max_total_time=3600'
	for target in $(FUZZ_TARGETS); do $(IN_SCRATCH) $(FUZZ_BIN)/python -m fuzz $$target $(FUZZ) || exit 1; done

.PHONY: audit-table
audit-table: .venv/.dev ## score the profile on planted identifiers, for the documentation
	$(BIN)/python scripts/audit_table.py

.PHONY: bench
bench: .venv-bench/.bench ## measure speed beside others, a quarter of an hour; BENCH='--with-2gb' adds to it
	$(BENCH_BIN)/python -m benchmarks run $(BENCH)
	$(BENCH_BIN)/python -m benchmarks page

.PHONY: bench-curve
bench-curve: .venv-bench/.bench ## measure how cost grows with files, sizes and rules
	$(BENCH_BIN)/python -m benchmarks curve $(BENCH)
	$(BENCH_BIN)/python -m benchmarks page

.PHONY: bench-plots
bench-plots: .venv-bench/.bench ## write tables and plots from the last results
	$(BENCH_BIN)/python -m benchmarks page

.PHONY: bench-quick
bench-quick: .venv-bench/.bench ## see that the benchmark runs; its figures say nothing
	$(BENCH_BIN)/python -m benchmarks run --quick $(BENCH)

.PHONY: lock
lock: .venv/.dev ## renew the pinned requirements
	$(BIN)/python -m pip install $(PIP_FLAGS) uv
	$(LOCK) pyproject.toml requirements/dev.in -o requirements/dev.txt
	$(LOCK) --no-deps requirements/axe.in -o requirements/axe.txt
	$(LOCK) pyproject.toml requirements/build.in -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) pyproject.toml --no-deps --resolution lowest-direct --no-annotate --no-generate-hashes \
		-o requirements/lowest.in
	$(LOCK) requirements/lowest.in requirements/test.in -o requirements/lowest.txt
	$(LOCK) fuzz/requirements.in -c requirements/run.txt -o fuzz/requirements.txt
	$(MAKE) bench-lock

.PHONY: bench-lock
bench-lock: .venv/.dev ## renew the pinned versions of what the benchmark compares
	$(BIN)/python -m pip install $(PIP_FLAGS) uv
	for name in $(BENCH_LOCKS); do $(subst fewest,requires-python,$(LOCK)) benchmarks/requirements/$$name.in \
		-o benchmarks/requirements/$$name.txt || exit 1; done

.PHONY: clean
clean: ## remove all that the other targets made
	rm -rf .venv .venv-lowest .venv-bench .venv-fuzz fuzz/found build dist site .coverage .coverage.* .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Environments. Each belongs to the folder that it was made in, or a copy of a checkout would run
# the code of the original; the file .home keeps that folder.
HOME_OF = $(shell test -x $(1)/bin/python && cat $(1)/.home 2>/dev/null)
ifneq ($(call HOME_OF,.venv),$(CURDIR))
.PHONY: .venv/.home
endif
ifneq ($(call HOME_OF,.venv-lowest),$(CURDIR))
.PHONY: .venv-lowest/.home
endif
ifneq ($(call HOME_OF,.venv-bench),$(CURDIR))
.PHONY: .venv-bench/.home
endif
ifneq ($(call HOME_OF,.venv-fuzz),$(CURDIR))
.PHONY: .venv-fuzz/.home
endif

.venv/.home .venv-lowest/.home .venv-bench/.home .venv-fuzz/.home: %/.home:
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 with its venv module was found." \
		"Install one (on Debian: python3 python3-venv), or say: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making $* with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $*
	@echo "$(CURDIR)" >$@

.venv/.run: .venv/.home requirements/run.txt pyproject.toml
	@echo "Installing what deid_core needs"
	@$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.home requirements/dev.txt requirements/axe.txt pyproject.toml
	@echo "Installing what the checks need"
	@$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes --no-deps -r requirements/axe.txt
	@$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .
	@touch .venv/.run $@

.venv-lowest/.test: .venv-lowest/.home requirements/lowest.txt
	@echo "Installing the lowest dependencies"
	@$(LOWEST_BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/lowest.txt
	@touch $@

.venv-bench/.bench: .venv-bench/.home benchmarks/requirements/harness.txt
	@echo "Installing what measures and draws"
	@$(BENCH_BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r benchmarks/requirements/harness.txt
	@touch $@

.venv-fuzz/.fuzz: .venv-fuzz/.home fuzz/requirements.txt requirements/run.txt pyproject.toml
	@echo "Installing what fuzzes"
	@$(FUZZ_BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements/run.txt
	@$(FUZZ_BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r fuzz/requirements.txt
	@$(FUZZ_BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .
	@touch $@
