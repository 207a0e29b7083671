# make run      everything set up, the demo province seeded, web + worker + beat until Ctrl-C
# make test     the same set-up and every test
# make quality  what .ci/run checks besides the tests
# make format   what quality asks for, done
# make stop     stops a forgotten `make run` and the embedded servers
# make reset    throws the local data away

SHELL := /bin/sh
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif
VENV := .venv
BIN := $(VENV)/bin
LOCAL := $(BIN)/python -m wagemonitor.local
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST ?= -n 2 --dist worksteal

.PHONY: run test quality format stop reset
.DEFAULT_GOAL := run

# `exec`, so that a signal for make is one for the program
run: $(VENV)/.installed node_modules/.installed
	@exec $(LOCAL) exec --stop -- $(BIN)/python manage.py demo

# tests need no durable commits
test: $(VENV)/.installed-dev node_modules/.installed
	@PGOPTIONS="-c synchronous_commit=off" exec $(LOCAL) exec -- $(BIN)/python -m pytest $(PYTEST)

# settings as in production, on the embedded servers
PRODUCTION = env HTTPS=true BEHIND_PROXY=true ALLOWED_HOSTS=wages.example.org DEBUG=false \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	DATA_KEYS="k1:$$($(BIN)/python -c 'import base64, os; print(base64.b64encode(os.urandom(16)).decode())')" \
	INDEX_KEY="$$($(BIN)/python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')"
quality: $(VENV)/.installed-dev node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet .
	$(BIN)/lint-imports --no-logo
	@set -e; $(PRODUCTION) $(LOCAL) exec --export -- sh -ec '\
		echo "manage.py makemigrations --check --dry-run"; \
		$(BIN)/python manage.py makemigrations --check --dry-run; \
		echo "manage.py check --deploy --fail-level WARNING"; \
		$(BIN)/python manage.py check --deploy --fail-level WARNING'

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

stop:
	@test ! -d .local || exec $(LOCAL) stop

reset:
	@test ! -d .local || exec $(LOCAL) reset

# --- set-up, skipped while the lists of packages have not changed ---

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python3)." >&2; exit 1; }
	@echo "· Python: $(VENV)"
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { $(PYTHON) -m venv --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } \
		|| { rm -rf $(VENV); echo "No venv with pip can be made: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.installed: requirements.txt | $(VENV)/.made
	@echo "· Python packages (the first time a minute or two)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(VENV)/.made
	@echo "· Python packages, with those for development (the first time a minute or two)"
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/.installed $@

node_modules/.installed: package.json package-lock.json $(VENV)/.installed
	@echo "· front-end packages"
	@$(BIN)/python -m wagemonitor.local.front_end
	@touch $@
