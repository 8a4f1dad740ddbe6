# make chat      install, then open the chat on this machine (PORT=7861 to choose another port)
# make install   leave .venv/bin/onrecord, from hash-locked packages
# make test      install what tests need, a browser included, and run every check
# make bench     measure finding, speed and cost on made-up articles; DATA=DIR on your own (articles.jsonl, questions.jsonl),
#                BENCH_OPTIONS="--only finding again" in part
# make lint      ruff, mypy and import-linter alone
# make lock      resolve pyproject.toml anew into the two lock files
# make clean     remove .venv and what the tools left behind
#
# PYTHON=python3.13 chooses an interpreter; VENV=DIR another environment than .venv.

VENV ?= .venv
PYTHON ?=
PORT ?=
ATTEMPTS ?= 3

BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
LOCK_TOOL := uv>=0.9,<1

# An environment that is missing, was moved here from elsewhere, or has lost its interpreter is made anew.
PLACE := $(shell pwd -P)
INTACT := $(shell "$(BIN)/python" -c '' 2>/dev/null && [ "$$(cat "$(VENV)/.place" 2>/dev/null)" = "$$(pwd -P)" ] && echo yes)

.PHONY: chat install test bench lint lock clean test-tools FORCE
.DEFAULT_GOAL := chat

chat: install
	@"$(BIN)/onrecord" serve $(if $(PORT),--port $(PORT))

install: $(RUN_STAMP)

test: test-tools
	@"$(BIN)/python" tests/browser.py
	@"$(BIN)/python" tests/postgresql.py
	@$(MAKE) --no-print-directory lint VENV="$(VENV)"
	"$(BIN)/python" -m pytest --cov --cov-report=term

bench: install
	@"$(BIN)/python" -m app.evaluation.benchmark $(if $(DATA),--data "$(DATA)") $(BENCH_OPTIONS)

lint: test-tools
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"

test-tools: $(TEST_STAMP)

# choose_python prints the interpreter to use: $(PYTHON), or the first of these that is new enough.
define choose_python
for candidate in "$(PYTHON)" python3 python python3.13 python3.12 python3.14 python3.11; do \
  if [ -n "$$candidate" ] && "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then echo "$$candidate"; break; elif [ -n "$(PYTHON)" ]; then break; fi; \
done
endef

# install_locked installs one lock file; what has arrived stays in pip's cache, so a new attempt goes on from there.
define install_locked
attempt=1; \
until "$(BIN)/python" -m pip install --retries 5 --require-hashes --only-binary :all: --no-input -r $(1); do \
  if [ $$attempt -ge $(ATTEMPTS) ]; then \
    echo "onrecord: the packages of $(1) could not be installed in $(ATTEMPTS) attempts; pip names the one above." >&2; \
    echo "onrecord: check the connection to your package index and run the same command again: it goes on from there." >&2; \
    exit 1; \
  fi; \
  attempt=$$((attempt + 1)); \
  echo "onrecord: installing $(1) failed; attempt $$attempt of $(ATTEMPTS) ..." >&2; \
  sleep 3; \
done
endef

ifneq ($(INTACT),yes)
$(RUN_STAMP): FORCE
endif

$(RUN_STAMP): requirements.lock pyproject.toml
	@if [ "$(INTACT)" != yes ]; then \
	  python="$$($(choose_python))"; \
	  if [ -z "$$python" ]; then \
	    echo "onrecord needs Python 3.11 or newer: '$(or $(PYTHON),python3)' is older or missing." >&2; \
	    echo "Install one, or name it: make $(or $(MAKECMDGOALS),chat) PYTHON=/path/to/python3.12" >&2; exit 1; \
	  fi; \
	  if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "onrecord: '$$python' has no venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	  fi; \
	  rm -rf "$(VENV)" && "$$python" -m venv "$(VENV)" && pwd -P > "$(VENV)/.place"; \
	fi
	@$(call install_locked,requirements.lock)
	@"$(BIN)/python" -m pip install --no-deps --no-build-isolation --no-index --quiet --editable .
	@touch "$@"

$(TEST_STAMP): $(RUN_STAMP) requirements-test.lock
	@$(call install_locked,requirements-test.lock)
	@touch "$@"

# Development only, and the one step that needs a tool from outside the locks.
LOCK := "$(BIN)/uv" pip compile pyproject.toml --universal --python-version 3.11 --quiet \
  --extra postgresql --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(LOCK_OPTIONS)

lock: install
	"$(BIN)/python" -m pip install --quiet "$(LOCK_TOOL)"
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group test --constraint requirements.lock --output-file requirements-test.lock

clean:
	rm -rf "$(VENV)" build dist .coverage coverage.xml .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find app index prompts tests -name __pycache__ -type d -prune -exec rm -rf {} +
