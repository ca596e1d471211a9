# Two commands on a fresh machine: `make demo` and `make test`. Python >= 3.11 and make are all they need.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
CLIP ?=
CLIPS ?=
OUT ?= demo
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo gallery test evaluate check lock format docs reference clean

demo: $(VENV)/.demo  ## finish a sample clip, or your own: make demo CLIP=path
ifeq ($(CLIP),)
	@test -f $(OUT)/sample.mp4 || { echo "making the sample clip ..."; $(BIN)/python examples/sample_clip.py $(OUT); }
	@$(BIN)/unplastic finish $(OUT)/sample.mp4 --out $(OUT)/results --overwrite
	@$(BIN)/python examples/before_after.py $(OUT)/sample.mp4 $(OUT)/results
else
	@$(BIN)/unplastic finish "$(CLIP)" --out $(OUT)/results --overwrite
endif

gallery: $(VENV)/.demo  ## sheets to look at: make gallery CLIPS=folder, into $(OUT)/gallery
	@test -n "$(CLIPS)" || { echo "which clips? make gallery CLIPS=folder"; exit 1; }
	@$(BIN)/python examples/gallery.py "$(CLIPS)" $(OUT)/gallery

PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

test: $(VENV)/.test  ## the whole suite, the same command as CI, file by file on two cores
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

evaluate: $(VENV)/.test  ## a judge of its own over the development clips, where they are: benchmark/evaluation.md
	@$(BIN)/python benchmark/evaluate.py $(CLIPS)

check: $(VENV)/.test  ## style, types, import rules, sizes
	@$(BIN)/ruff format --check src tests examples benchmark
	@$(BIN)/ruff check src tests examples benchmark
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/test_house.py

docs: $(VENV)/.test reference  ## the documentation as a site in $(OUT)/site, built offline
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir $(OUT)/site
	@echo "open $(OUT)/site/index.html"

reference: $(VENV)/.test  ## write the pages that are made from the code
	@$(BIN)/python -m unplastic.cli.pages docs/reference

format: $(VENV)/.test
	@$(BIN)/ruff format src tests examples benchmark
	@$(BIN)/ruff check --fix src tests examples benchmark

lock:  ## pin again (needs uv): names, versions and hashes, no addresses
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
		--extra demo pyproject.toml requirements/build.in -o requirements/demo.lock -c requirements/limits.in --upgrade
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
		--extra test pyproject.toml requirements/build.in -o requirements/test.lock -c requirements/demo.lock

clean:
	rm -rf $(VENV) $(OUT)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "unplastic needs Python 3.11 or newer: install it, or name it: make demo PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: requirements/demo.lock pyproject.toml | $(BIN)/python
	@test -f $(VENV)/.test || { echo "installing ..."; $(PIP) install --require-hashes -r requirements/demo.lock; }
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.lock pyproject.toml | $(BIN)/python
	@echo "installing ..."
	@$(PIP) install --require-hashes -r requirements/test.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
