# The commands of a working day. Each installs what is missing and builds what has changed; see CONTRIBUTING.md.

# Further test data outside the project, if there is any: a path that holds wherever a command is run.
ifneq ($(POLYGLYPH_SHARED),)
  override POLYGLYPH_SHARED := $(abspath $(POLYGLYPH_SHARED))
  export POLYGLYPH_SHARED
endif

.PHONY: help build packages environment run test test-long fuzz bench clean

help:
	@echo "make run        count the tokens of samples in more than a hundred languages"
	@echo "make test       run every test: C++, Python, command line (about ten minutes on two cores)"
	@echo "make test-long  the same with far more random text"
	@echo "make fuzz       let each fuzz target search for a minute"
	@echo "make bench      measure everything"
	@echo "make clean      remove what was built"

packages:
	@tools/install_packages.sh build

build: packages
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build --preset release

environment: packages
	@tools/python_environment.sh

run: build
	@build/polyglyph count samples --glob '*.txt' --tokenizer qwen3

test: build environment
	@tools/run_tests.sh

test-long: build environment
	@tools/run_tests.sh --long

fuzz: packages
	@tools/install_packages.sh fuzz
	@tools/run_fuzz.sh

bench: packages environment
	@tools/install_packages.sh bench
	@tools/run_bench.sh

clean:
	rm -rf build build-* .venv dist
