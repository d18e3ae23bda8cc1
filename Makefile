# SPDX-License-Identifier: BSD-2-Clause
# What a person types; the work is meson's. `make` builds ./inhw; `make help` lists the rest.
B ?= build

all: $(B)/build.ninja
	@ninja -C $(B) $(if $(V),-v,--quiet)
	@ln -sf $(B)/inhw inhw

$(B)/build.ninja:
	@meson setup $(B) --buildtype=debugoptimized --optimization=3 >/dev/null

help:
	@echo "make            build ./inhw"
	@echo "make check      all tests that need no other compiler, no guest (fast)"
	@echo "make check-lab  all tests of the lab: a real Linux with the real driver on our device"
	@echo "make lint       clang-format, the tree's rules, comments"
	@echo "make golden-update   rewrite tests/golden from what the code does now; review the diff"
	@echo "make bench      benchmarks"
	@echo "make fuzz T=60  libFuzzer, every target for T seconds"
	@echo "make soak T=600 random changes under traffic against the interpreter of the rules, for T seconds"
	@echo "./check         everything: both compilers, sanitizers, lint, guests"

check: all
	@meson test -C $(B) --print-errorlogs --no-suite guest --no-suite lab-quick

check-lab: all
	@meson test -C $(B) --print-errorlogs --setup all --suite lab-quick --suite lab-long

lint:
	@tools/lint

bench: all
	@bench/run

golden-update: all
	@INHW_GOLDEN_UPDATE=1 meson test -C $(B) --suite golden --print-errorlogs

T ?= 60
soak: all
	@tools/soak $(if $(filter file,$(origin T)),600,$(T))

fuzz:
	@tools/fuzz $(T)

clean:
	@rm -rf $(B) build-* inhw

.PHONY: all help check check-lab lint bench golden-update soak fuzz clean
