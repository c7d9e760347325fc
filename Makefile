# The two commands: `make demo` and `make test`. Neither needs a step before it.
.DEFAULT_GOAL := help
BIN := .venv/bin

help:  ## Show what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: setup  ## Set up everything, crawl the demo shop, open widget and dashboard, print the addresses
	$(BIN)/niteru demo

test: setup-all  ## Set up everything and pass every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/e2e
	$(BIN)/python -m pytest tests/e2e

setup:  ## Install what serving needs
	@scripts/setup base

setup-all:  ## Install what serving, training and the tests need
	@scripts/setup all

lint: setup-all  ## Check style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-all  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migrate: setup  ## Bring the database that DATABASE_OWNER_URL names to the newest schema
	$(BIN)/niteru migrate

widget:  ## Build widget/dist (needs Node)
	cd widget && npm ci --no-fund --no-audit && npm run build

evaluate: setup-all  ## Reproduce the README's figures (needs the folder `shared` beside the project)
	$(BIN)/niteru evaluate detection --data ../shared/data/street_photos
	$(BIN)/niteru evaluate retrieval --data ../shared/data/luma

soak: setup-all  ## Kill, load and fuzz marathons (not part of `make test`)
	$(BIN)/python -m pytest -m soak -rP

lock: setup-all  ## Pin every package anew in requirements/
	$(BIN)/python scripts/lock

.PHONY: help demo test setup setup-all lint format migrate widget evaluate soak lock
