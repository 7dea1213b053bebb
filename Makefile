# `make demo` and `make test` set up what they need; nothing is done by hand.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
GPU_BIN := $(VENV)-gpu/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check lint types imports outside-check bench large-import fuzz faults chaos bucket cut-off three-nodes long activeml gpu-check clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("fewlabels needs Python 3.11 or newer; this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[cpu,dev]'
	touch $@

demo: $(STAMP)
	$(BIN)/fewlabels run quickstart --out runs/quickstart
	$(BIN)/fewlabels leaderboard runs/quickstart
	$(BIN)/fewlabels report runs/quickstart -o site

test: $(STAMP)
	$(BIN)/pytest -q -n 2 --dist loadgroup

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

check: lint types imports test

# Everything that docs/protocol.md compares with published results; some 15 minutes on 2 cores.
outside-check: $(STAMP)
	$(BIN)/python tests/benchmarks/rebenchmark_2025.py --out runs/rebenchmark-2025

# Everything that docs/performance.md measures, on an otherwise quiet machine; writes that page. Needs
# FEWLABELS_TEST_DATA; `$(BIN)/python -m tests.benchmarks.performance --quick` is a trial without it.
bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks.performance

# Mutated files in every official layout, some minutes' worth.
fuzz: $(STAMP)
	FEWLABELS_FUZZ=300 $(BIN)/pytest -q tests/datasets/test_fuzz.py

# Every operation on a run folder's files made to fail, or to be the last one: some thousand, minutes.
faults: $(STAMP)
	FEWLABELS_FAULTS=all $(BIN)/pytest -q -s tests/harness/test_faults.py tests/harness/test_store_machine.py tests/harness/bucket/test_faults.py

# Tests that take a minute each: a cluster that loses its head, launchers among stand-ins, and such.
long: $(STAMP)
	$(BIN)/pytest -q -m long

# Every strategy of scikit-activeml held to the contract of strategies, and ours compared with theirs.
activeml: $(STAMP)
	$(BIN)/pytest -q -n 2 -m activeml tests/contracts tests/harness

# A sweep on three nodes whose workers, nodes, head and driver are killed; some minutes.
chaos: $(STAMP)
	$(BIN)/python -m tests.chaos.chaos

# A sweep into a bucket (moto's server on loopback) whose driver is killed 20 times; some minutes.
bucket: $(STAMP)
	$(BIN)/python -m tests.chaos.bucket

# A node that is cut off from the network in the middle of a run; some minutes, as root.
cut-off: $(STAMP)
	$(BIN)/python -m tests.chaos.cut_off

# A sweep submitted to three machines with nothing in common, while one of them and the driver are
# killed; some minutes, as root.
three-nodes: $(STAMP)
	$(BIN)/python -m tests.end_to_end.three_nodes

# The import of a made-up file of 2,000,000 rows must stay below 2 GB; a minute or two.
large-import: $(STAMP)
	$(BIN)/python -m tests.benchmarks.edge_iiotset_import

# Whether networks compute on this machine's GPU as docs/gpu.md says; some minutes, and a few GB to
# install the first time. In a virtual environment of its own: the extras gpu and cpu do not mix.
gpu-check:
	$(PYTHON) tests/benchmarks/gpu_check.py --is-here
	test -x $(GPU_BIN)/python || $(PYTHON) -m venv $(VENV)-gpu
	$(GPU_BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[gpu]'
	$(GPU_BIN)/python -m tests.benchmarks.gpu_check

clean:
	rm -rf $(VENV) $(VENV)-gpu .mypy_cache .ruff_cache .pytest_cache
