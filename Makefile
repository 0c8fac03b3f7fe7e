# Three targets, each with all of its own set-up in .venv: a machine needs Python 3.11 to 3.13 and make, no more.
#   make demo      train WGAN-GP on handwritten digits, export the generator, sample it with onnxruntime alone
#   make test      run the tests
#   make results   train every recipe and write the tables of figures: hours; can be stopped and continued
PYTHON ?= python3
export TF_CPP_MIN_LOG_LEVEL ?= 2
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test results clean

demo: $(VENV)/installed
	$(BIN)/keras-gans train wgan_gp_digits

test: $(VENV)/installed
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n auto

results: $(VENV)/installed
	$(BIN)/python benchmarks/results.py

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else f'Python {v[0]}.{v[1]} found, 3.11 to 3.13 needed: make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
