# make book    sets up, builds to _build/html, prints the file to open
# make serve   the same, then previews on this machine and rebuilds on save
# make links   the link-check suite alone, on a fresh build
# make test    sets up, builds, runs every test
# make check   the evidence tables alone, in a second
# make add-result FILE=new.yml / make correct FILE=fix.yml  rows from a small file, all or nothing (CONTRIBUTING.md)
# make lint    style and types;  make lock  locks the packages anew;  make picture  the picture of the README
# make clean   removes what was built;  make distclean  the environment too

# The Python that makes the environment: python3 where it is new enough and runs, else the first newer one that does.
CANDIDATES := python3 python3.13 python3.12 python3.11 python3.14
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $$p && exit; done; echo python3)
BIN := .venv/bin
PORT ?= 8000

.DEFAULT_GOAL := book
.PHONY: book serve links test check add-result correct lint lock picture clean distclean env env-dev

env:
	@$(PYTHON) scripts/environment.py

env-dev:
	@$(PYTHON) scripts/environment.py --dev

book: env
	@$(BIN)/python scripts/book.py

serve: env-dev
	@$(BIN)/python scripts/serve.py --port $(PORT)

links: env-dev
	@$(BIN)/python scripts/book.py --force
	@$(BIN)/python -m fmgenomics.links

check: env
	@$(BIN)/python -m fmgenomics.evidence

# FILE reaches the shell as a variable, so that its name may hold spaces and quotes.
add-result: env
	@$(BIN)/python -m fmgenomics.contribute add "$${FILE:?write: make add-result FILE=new.yml}"

correct: env
	@$(BIN)/python -m fmgenomics.contribute correct "$${FILE:?write: make correct FILE=fix.yml}"

lint: env-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

test: env-dev
	@$(BIN)/python scripts/book.py
	@$(BIN)/python -m pytest

# Needs uv (pip install uv). Writes hashes for every platform and Python that the book supports.
lock:
	uv pip compile requirements.in -o requirements.txt --generate-hashes --universal --python-version 3.11 --no-header -q
	uv pip compile requirements-dev.in -o requirements-dev.txt --generate-hashes --universal --python-version 3.11 --no-header -q

picture: env-dev
	@$(BIN)/python scripts/book.py
	@$(BIN)/python -m scripts.picture

clean:
	rm -rf _build

distclean: clean
	rm -rf .venv
