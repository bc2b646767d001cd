# make briefing   the sample case as one offline HTML file: sets up everything on first use
# make test       the whole suite: sets up everything on first use
# make bench      benchmarks: CPU seconds per step and ratios, in one run
# make bench-load the loader on a million events, and on much larger and smaller files; needs some 6 GB of disk
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: briefing test quick check bench bench-load lab lock sample pictures interface tidy clean

briefing: $(READY)
	$(BIN)/workbench briefing

lab: $(READY)
	$(BIN)/workbench lab

# Tests start many processes of Python: what one has compiled, the others need not compile again.
test quick: export PYTHONDONTWRITEBYTECODE =

test: $(READY) check
	$(BIN)/python -m pytest -n auto --dist worksteal

quick: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow and not browser"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m tests.benchmarks $(WORDS)

# WORDS="--folder F --json FILE" keeps the trails for the next run, and the figures.
bench-load: $(READY)
	$(BIN)/python -m tests.benchmarks load growth small large --events 1000000 $(WORDS)

# The environment is made anew when the lock changes; hashes are required for each file that is installed.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5) and "Python 3.11.5 or newer is needed; this is " + sys.version + ". Name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# For maintainers: new versions within the bounds of pyproject.toml (needs uv).
lock:
	uv pip compile --quiet --upgrade --universal --python-version 3.11.5 --generate-hashes --extra aws --extra geo --extra test \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --output-file requirements.lock pyproject.toml

# For maintainers: the committed sample trail, and the README's pictures.
sample: $(READY)
	$(BIN)/workbench sample data/sample

pictures: $(READY)
	$(BIN)/python -m tests.pictures

interface: $(READY)
	$(BIN)/python -m tests.interface

# For maintainers: notebooks as git holds them, after an edit in JupyterLab.
tidy: $(READY)
	$(BIN)/python -m tests.tidy_notebooks

clean:
	rm -rf $(VENV) data/cases .mypy_cache .ruff_cache .pytest_cache .hypothesis
